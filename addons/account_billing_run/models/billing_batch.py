class BillingBatch:
    """One run's work with one converter, from its sources to their moves.

    What the converter reads or works out once for all of them lies here, and is gone
    with it: no batch outlives a plan or a chunk, so none knows what was true before.

    :ivar converter: the converter's model
    :ivar run: the run
    """

    def __init__(self, converter, run):
        self.converter = converter
        self.run = run

    @property
    def sources(self):
        """The empty recordset of what is billed."""
        return self.run.env[self.converter._source_model]

    def group_key(self, source):
        """Return the key of the move that bills a source."""
        return self.converter._group_key(self, source)
