from . import test_next_step
