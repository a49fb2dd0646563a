from odoo import api, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: Reasons of absence that a centre begins with: name, whether a certificate is needed.
REASONS = (
    (_lt("Illness"), True),
    (_lt("Holidays"), False),
    (_lt("Other Reason"), False),
)


class ResCompany(models.Model):
    """A centre begins with some reasons of absence."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Create companies, each with its reasons of absence."""
        companies = super().create(vals_list)
        companies._daycare_prepare_absences()
        return companies

    def _daycare_prepare_absences(self):
        """Give companies that have none reasons of absence, in each language."""
        # sudo: whoever founds a company needs no right on its daycare
        reasons = self.env["daycare.absence.reason"].sudo()
        known = reasons.with_context(active_test=False)._read_group(
            [("company_id", "in", self.ids)], ["company_id"]
        )
        new = self - self.browse().union(*(company for (company,) in known))
        english = self.with_context(lang="en_US").env
        created = reasons.with_context(lang="en_US").create(
            [
                {
                    "name": english._(name),
                    "certificate": certificate,
                    "company_id": company.id,
                }
                for company in new
                for name, certificate in REASONS
            ]
        )
        for lang, _name in self.env["res.lang"].get_installed():
            env = created.with_context(lang=lang).env
            for number, (name, _certificate) in enumerate(REASONS):
                created[number :: len(REASONS)].with_env(env).name = env._(name)
