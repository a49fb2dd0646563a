"""What `./dev` is made of: the standard library only, as it runs before all else."""
