"""Selections shared by several models."""

GENDERS = [
    ("female", "Female"),
    ("male", "Male"),
    ("unborn", "Unborn"),
    ("other", "Other"),
]

CIVIL_STATUSES = [
    ("single", "Single"),
    ("married", "Married"),
    ("separated", "Separated"),
    ("widowed", "Widowed"),
    ("divorced", "Divorced"),
    ("partnership", "Registered Partnership"),
    ("deceased", "Deceased"),
    ("single_parent", "Single Parent"),
]

ROLES = [
    ("mother", "Mother"),
    ("father", "Father"),
    ("step_parent", "Step-parent"),
    ("grandparent", "Grandparent"),
    ("relative", "Other Relative"),
    ("legal_guardian", "Legal Guardian"),
    ("third_party", "Third-party Debtor"),
    ("other", "Other"),
]

COURTESIES = [
    ("madam", "Madam"),
    ("mister", "Mister"),
]

MODES = [
    ("slots", "Slots"),
    ("hours", "Hours"),
]

ORIGINS = [
    ("manual", "Typed by Hand"),
    ("kibe", "Kibé Import"),
]

WEEKDAYS = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
]
