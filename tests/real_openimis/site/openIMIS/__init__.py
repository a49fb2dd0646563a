"""The site around the published packages; they import it under this name."""
