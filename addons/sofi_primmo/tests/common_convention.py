from .common import SofiCase


class ConventionCase(SofiCase):
    """Tenants of Primmo, a preview of what would change in SOFI, findings."""

    def tenant(self, external_id, **values):
        """Create a resident that SOFI knows as Jean Tremblay, unless told otherwise."""
        return self.env["primmo.tenant"].create(
            {
                "residence_id": self.residence.id,
                "external_id": external_id,
                "last_name": "Tremblay",
                "first_name": "Jean",
                "sex": "M",
                "birth_date": "1938-04-07",
                "language": "Fr",
                "accepted": True,
                "entry_date": "2024-07-01",
                "unit": "204",
                "nam": "TREJ38040719",
                "nam_expiry": "2027-04",
                "occupant_type": "Autonome",
                **values,
            }
        )

    def emilie(self, **values):
        """Create a resident whom SOFI knows by her NAM only."""
        return self.tenant(
            "T00900",
            **{
                "last_name": "Côté",
                "first_name": "Émilie",
                "sex": "F",
                "birth_date": "1941-11-05",
                "unit": "206",
                "nam": "COTE41610510",
                **values,
            },
        )

    def marie(self, **values):
        """Create one of the twins Marie and Martine Tremblay."""
        return self.tenant(
            "T00901",
            **{
                "first_name": "Marie",
                "sex": "F",
                "birth_date": "1940-03-12",
                "nam": "TREM40031200",
                "nam_expiry": False,
                **values,
            },
        )

    def preview(self):
        """Plan a synchronization of the residence."""
        sync = self.env["sofi.sync"].create(
            {"residence_ids": [(6, 0, self.residence.ids)]}
        )
        sync.action_plan()
        return sync

    def line(self, tenant, sync=None):
        """Return a tenant's line of a synchronization, of a new one by default."""
        sync = sync or self.preview()
        return sync.line_ids.filtered(lambda line: line.tenant_id == tenant)

    def kinds(self, record=None):
        """Return what breaks the convention, about one record or all."""
        self.residence._check_convention()
        issues = self.residence.convention_issue_ids
        if record:
            issues = issues.filtered(
                lambda i: i.res_model == record._name and i.res_id == record.id
            )
        return set(issues.mapped("kind"))
