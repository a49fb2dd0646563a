{
    "name": "SOFI / Primmo, Delivered",
    "summary": "MDG files delivered by SFTP, S3 or WebDAV, once and proved",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "external_dependencies": {
        "python": [
            "aiobotocore",
            "aiohttp",
            "botocore",
            "httpx",
            "paramiko",
            "s3fs",
            "webdav4",
        ]
    },
    "depends": ["fs_storage", "sofi_primmo"],
    "images": ["static/description/icon.png"],
    "data": [
        "views/fs_storage_views.xml",
        "views/sofi_residence_views.xml",
        "views/sofi_export_file_views.xml",
    ],
    "auto_install": True,
}
