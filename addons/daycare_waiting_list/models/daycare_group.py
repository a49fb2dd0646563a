from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.moves import Step


class DaycareGroup(models.Model):
    """Which age a group is for, and where its children go afterwards."""

    _inherit = "daycare.group"

    age_from = fields.Integer(
        string="From Age (Months)",
        help="Children are in this group from this age on; 0 from their birth on.",
    )
    next_group_id = fields.Many2one(
        "daycare.group",
        ondelete="set null",
        check_company=True,
        domain="[('id', '!=', id)]",
        help="Where the children go at the age from which on that group is: on the "
        "first of a month.",
    )

    _age_from_positive = models.Constraint(
        "CHECK(age_from >= 0)", "The age a group begins with cannot be negative."
    )

    @api.constrains("age_from", "next_group_id")
    def _check_next_group(self):
        """Refuse a next group for children who are not older."""
        related = self | self.search([("next_group_id", "in", self.ids)])
        for group in related.filtered("next_group_id"):
            following = group.next_group_id
            if following.age_from <= group.age_from:
                raise ValidationError(
                    self.env._(
                        "%(next)s comes after %(group)s: enter from which age on it "
                        "is, more months than %(months)s.",
                        next=following.display_name,
                        group=group.display_name,
                        months=group.age_from,
                    )
                )

    def _steps(self):
        """Return where the children of groups go, for `core.moves`.

        :return dict: group id → :class:`Step`; groups without next one are absent
        """
        return {
            group.id: Step(group.next_group_id.id, group.next_group_id.age_from)
            for group in self
            if group.next_group_id
        }

    def _for_age(self, birthdate, day):
        """Return which of the groups is for a child of an age.

        Of several groups the one for the oldest children is taken, then the first one.

        :param birthdate: date, or False
        :param day: the day the child begins
        :return: a group, or none where no age says it
        """
        aged = self.filtered(lambda group: group.age_from or group.next_group_id)
        if not (birthdate and day and aged):
            return self.browse()
        age = relativedelta(max(day, birthdate), birthdate)
        months = age.years * 12 + age.months
        fitting = aged.filtered(
            lambda group: (
                group.age_from <= months
                and not (group.next_group_id and group.next_group_id.age_from <= months)
            )
        )
        oldest = max(fitting.mapped("age_from"), default=0)
        return fitting.filtered(lambda group: group.age_from == oldest)[:1]
