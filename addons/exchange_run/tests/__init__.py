from . import (
    test_access_journal,
    test_engine_fields,
    test_readme,
    test_run_background,
    test_run_jobs,
    test_run_lanes,
    test_run_lifecycle,
    test_run_messages,
    test_run_retention,
    test_run_security,
    test_run_shared,
    test_run_storable,
)
