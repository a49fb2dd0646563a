from odoo import api, models
from odoo.fields import Domain

from .billing_batch import BillingBatch


class AccountBillingConverter(models.AbstractModel):
    """Which sources of one kind are billed, how they group, and what lines they give.

    A converter holds no data. A domain declares one as an abstract model that
    inherits this one and overrides the methods below; the run does the rest. They get
    the `BillingBatch` they work for, which names the run and keeps what is looked up
    once for all its sources.
    """

    _name = "account.billing.converter"
    _description = "Billing Converter"

    #: Technical name of the source model, which inherits account.billing.source.mixin
    _source_model = None
    #: Fields read of all sources at once, where the preview needs few of many
    _source_fields = ()
    #: Whether a run without choices of its own can use it
    _stands_alone = True
    #: Type of the moves
    _move_type = "in_invoice"
    #: Whether the source itself shows this converter's move (its main converter)
    _marks_source = True

    @api.model
    def _new_batch(self, run):
        """Return what a plan or a chunk of `run` keeps while it bills.

        :rtype: BillingBatch
        """
        return BillingBatch(self, run)

    @api.model
    def _sources_domain(self, batch):
        """Return the domain of the sources that the run looks at."""
        return Domain.TRUE

    @api.model
    def _exclusions(self, batch, sources):
        """Say which of the sources are left out, and why.

        :return: dict {source id: (reason code, text in the user's language)}
        """
        return {}

    @api.model
    def _discriminator(self, batch, source):
        """Return what tells apart several bills of one source ("" for only one)."""
        return ""

    @api.model
    def _group_key(self, batch, source):
        """Return the key, a tuple of plain values, of the move that bills `source`."""
        raise NotImplementedError

    @api.model
    def _group_label(self, batch, key, sources):
        """Return what the preview calls the group."""
        return sources[:1].display_name

    @api.model
    def _prepare_move_vals(self, batch, key, sources):
        """Return the values of the move, without its lines.

        At least `partner_id`; type, journal, dates and company are given by the run.
        """
        raise NotImplementedError

    @api.model
    def _prepare_lines(self, batch, key, sources):
        """Return the list of values of the move's invoice lines.

        Preview and bill use the very same lines. At least name, quantity, price_unit,
        account_id; `tax_ids` is empty unless given.
        """
        raise NotImplementedError

    @api.model
    def _source_amounts(self, batch, sources):
        """Return {source id: amount} as kept in the links, in company currency."""
        return {}

    @api.model
    def _source_vals(self, batch):
        """Return what else every source gets that a move of the run bills.

        :return: dict of stored columns, written without any override or check
        """
        return {}

    @api.model
    def _after_create(self, batch, created):
        """Complete moves that were just created (records beside their lines).

        :param BillingBatch batch: what they were made in
        :param list created: tuples (move, group key, sources), those of a chunk
        """
