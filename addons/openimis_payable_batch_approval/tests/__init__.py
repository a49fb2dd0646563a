from . import test_batch_approval
