from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core import convention, nam
from ..core.exceptions import CodedError
from .sofi_residence_checks import ADVICE, ERROR, WARNING


class PrimmoTenant(models.Model):
    """What breaks the convention about one tenant."""

    # One file a concern: together they would be too long to read.
    _inherit = "primmo.tenant"  # pylint: disable=consider-merging-classes-inherited

    def _real_nams(self):
        """Return [(tenant, NAM)] of those who have one that is not temporary.

        Who has left does not count: he may have come back under another number.
        """
        here = self.filtered(lambda tenant: not tenant._has_left())
        numbers = [nam.normalize(t.nam) for t in here.sudo()]  # sudo: see _to_person
        pairs = zip(here, numbers, strict=True)
        return [(t, n) for t, n in pairs if n and not nam.is_temporary(n)]

    def _issues(self):
        """Return the issues of this tenant, as values without the residence."""
        self.ensure_one()
        issue = self.residence_id._issue
        issues = []
        if missing := self._missing_fields():
            labels = [self._fields[f]._description_string(self.env) for f in missing]
            issues.append(issue("missing_required", ERROR, ", ".join(labels), self))
        if self.sex == "A":
            issues.append(issue("sex_unsupported", ERROR, "", self))
        return issues + self._issues_of_nam()

    def _issues_of_nam(self):
        issue = self.residence_id._issue
        number = self.sudo().nam  # sudo: only what is wrong leaves, not the NAM
        if not number:
            return []
        today = self.residence_id._today()
        status = nam.check(
            number, today, self.birth_date or None, self.residence_id.nam_allow_letter
        ).status
        if status in ("format", "date", "sequence"):
            return [issue(f"nam_{status}", ERROR, "", self)]
        issues = []
        if status == "check_digit":
            issues.append(issue("nam_check_digit", WARNING, "", self))
        names = [self.last_name, self.birth_name]
        sex = self.sex if self.sex in ("M", "F") else None
        if disagree := nam.disagreements(
            number, names, self.first_name, sex, self.birth_date or None
        ):
            issues.append(issue("nam_disagrees", WARNING, ", ".join(disagree), self))
        return issues + self._issues_of_nam_age(today)

    def _issues_of_nam_age(self, today):
        issue, issues = self.residence_id._issue, []
        if self.nam_expiry and convention.is_expired(self.nam_expiry, today):
            issues.append(issue("nam_expired", WARNING, self.nam_expiry, self))
        since = self.nam_temporary_since
        if self.nam_temporary and since:
            days = (today - since).days
            if days > self.residence_id.temp_nam_days:
                issues.append(issue("nam_temporary", ADVICE, str(days), self))
        return issues

    @api.constrains("nam_expiry")
    def _check_nam_expiry(self):
        for tenant in self.filtered("nam_expiry"):
            try:
                convention.is_expired(tenant.nam_expiry, fields.Date.today())
            except CodedError as error:
                raise ValidationError(
                    self.env._(
                        "Tenant %(tenant)s: write the expiry of the NAM as YYYY-MM, "
                        "not %(expiry)s.",
                        tenant=tenant.external_id,
                        expiry=tenant.nam_expiry,
                    )
                ) from error
