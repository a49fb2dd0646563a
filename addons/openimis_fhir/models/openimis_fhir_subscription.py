import secrets

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 500


class OpenimisFhirSubscription(models.Model):
    """A system that is told of every change of a bill."""

    _name = "openimis.fhir.subscription"
    _description = "FHIR Subscription"
    _inherit = ["exchange.engine.mixin", "openimis.address.mixin"]
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    secret = fields.Char(
        groups="base.group_system",
        copy=False,
        default=lambda self: secrets.token_urlsafe(32),
        help="Signs every delivery; give it to the subscriber.",
    )
    with_content = fields.Boolean(
        "Send the Bill",
        default=True,
        help="Otherwise only its id is sent and the subscriber reads it.",
    )
    date_start = fields.Datetime(
        "Changes Since",
        default=fields.Datetime.now,
        required=True,
        help="Bills that did not change since then are not sent.",
    )
    delivery_ids = fields.One2many("openimis.fhir.delivery", "subscription_id")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    failed_count = fields.Integer("Given Up", compute="_compute_counts")

    def _compute_counts(self):
        groups = self.env["openimis.fhir.delivery"]._read_group(
            [("subscription_id", "in", self.ids)],
            ["subscription_id", "state"],
            ["__count"],
        )
        counts = {(sub.id, state): count for sub, state, count in groups}
        for subscription in self:
            subscription.waiting_count = counts.get((subscription.id, "waiting"), 0)
            subscription.failed_count = counts.get((subscription.id, "failed"), 0)

    def action_view_deliveries(self):
        """Open the delivery log of this subscription."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openimis_fhir.openimis_fhir_delivery_action"
        )
        action["domain"] = [("subscription_id", "=", self.id)]
        return action

    # === WHAT IS NEW ===

    @api.model
    def _cron_deliver(self):
        """Note what changed, then deliver what is due."""
        for subscription in self.search([("active", "=", True)]):
            subscription._note_changes()
        self.env["ir.cron"]._commit_progress()
        self.env["openimis.fhir.delivery"]._deliver_due()

    def _note_changes(self):
        """Make a delivery of every bill whose version was not noted yet.

        Versions are compared, not moments: a change that is committed late is found
        all the same. Several changes between two looks make one delivery.
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT bill.uuid, bill.code, bill.version, bill.deleted
                  FROM (SELECT openimis_uuid AS uuid, openimis_code AS code,
                               openimis_fhir_version AS version, FALSE AS deleted
                          FROM account_move
                         WHERE company_id = %(company)s AND openimis_type IS NOT NULL
                           AND openimis_uuid IS NOT NULL
                           AND openimis_fhir_updated >= %(start)s
                         UNION ALL
                        SELECT uuid, code, version, TRUE FROM openimis_fhir_tombstone
                         WHERE company_id = %(company)s AND date >= %(start)s) bill
                  LEFT JOIN LATERAL (
                        SELECT MAX(version) AS version FROM openimis_fhir_delivery
                         WHERE subscription_id = %(id)s AND bill_uuid = bill.uuid
                       ) noted ON TRUE
                 WHERE bill.version > COALESCE(noted.version, 0)
                 ORDER BY bill.uuid, bill.version
                """,
                company=self.company_id.id,
                start=self.date_start,
                id=self.id,
            )
        )
        # sudo: the log is the server's own, nobody writes it by hand
        return (
            self.env["openimis.fhir.delivery"]
            .sudo()
            .create(
                [
                    {
                        "subscription_id": self.id,
                        "bill_uuid": uuid,
                        "bill_code": code or uuid,
                        "version": version,
                        "event": "deleted" if deleted else "changed",
                    }
                    for uuid, code, version, deleted in rows
                ]
            )
        )
