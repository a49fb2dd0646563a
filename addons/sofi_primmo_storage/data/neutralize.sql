-- A copy of the database must never deliver files.
UPDATE fs_storage SET options = NULL
 WHERE id IN (SELECT storage_id FROM sofi_residence WHERE storage_id IS NOT NULL)
    OR id IN (SELECT storage_id FROM sofi_export_file WHERE storage_id IS NOT NULL);
