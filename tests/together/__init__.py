"""What addons do together that do not know of each other.

Their own tests run without their neighbours; these have a database with all of them.
"""
