"""Somebody who follows a long analysis, and may stop it."""


class Watch:
    """Follows the steps of an analysis; this one neither looks nor stops it."""

    def step(self, text, share):
        """Hear that a step begins.

        :param Text text: what is being done
        :param float share: per cent of the whole work that the step takes
        """

    def each(self, items):
        """Go through the items of the step.

        :param items: list or dict
        :return: iterable of the same items; it may raise to stop the analysis
        """
        return items
