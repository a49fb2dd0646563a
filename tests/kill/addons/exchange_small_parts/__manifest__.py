{
    "name": "Small parts of jobs",
    "summary": "For tests with real servers; never installed anywhere else",
    "version": "19.0.1.0.0",
    "author": "Payables Suite Contributors",
    "license": "LGPL-3",
    "depends": ["daycare_billing", "kibe_import", "openimis_fhir", "sofi_primmo"],
}
