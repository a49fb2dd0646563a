from collections import defaultdict
from datetime import date

from odoo import api, fields, models
from odoo.tools import format_date

from ..core.moves import Leg
from .outlook import Outlook

#: Monday to Friday: what the table shows.
DAYS = range(1, 6)


class DaycareForecast(models.AbstractModel):
    """Places that will be free, by group, month and weekday."""

    _name = "daycare.forecast"
    _description = "Forecast of Places"

    @api.model
    @api.readonly
    def get_forecast(self, department_id=False):
        """Return the places of the months to come, for groups the user may read.

        :param department_id: keep to this department
        :return dict: ``days`` (labels), ``departments`` (``id``, ``name``),
            ``children`` and ``requests`` (id → name) and ``groups``, each with
            ``rows``, one a month, of ``cells`` (``taken``, ``places``, ``free``,
            ``level``, ``children``, ``offers``) and ``waiting``, the ids of the
            requests that wish to begin in it
        """
        domain = [("department_id", "=", department_id)] if department_id else []
        groups = self.env["daycare.group"].search(domain)
        outlooks = {company: self._outlook(company) for company in groups.company_id}
        waiting = self._waiting(groups)
        data = [self._group_data(g, outlooks[g.company_id], waiting) for g in groups]
        cells = [c for group in data for row in group["rows"] for c in row["cells"]]
        weekdays = self.env["daycare.request"]._weekdays()
        return {
            "days": list(weekdays.values())[: len(DAYS)],
            "departments": self.env["daycare.department"]
            .search_fetch([], ["name"])
            .read(["name"]),
            "children": self._names("daycare.child", cells, "children"),
            "requests": self._names("daycare.request", cells, "offers"),
            "groups": data,
        }

    def _names(self, model, cells, part):
        ids = {key for one in cells for key in one[part]}
        records = self.env[model].browse(sorted(ids))
        return {record.id: record.display_name for record in records}

    def _waiting(self, groups):
        """Return {(group id, month): ids of requests that wish to begin then}."""
        today = fields.Date.context_today(self)
        requests = self.env["daycare.request"].search(
            [("group_id", "in", groups.ids), ("state", "in", ("waiting", "expired"))]
        )
        found = defaultdict(list)
        for request in requests:
            month = max(request.date_from, today).replace(day=1)
            found[request.group_id.id, month].append(request.id)
        return found

    def _group_data(self, group, outlook, waiting):
        return {
            "id": group.id,
            "name": group.name,
            "code": group.code,
            "color": group.color,
            "places": group.capacity,
            "rows": [
                {
                    "key": fields.Date.to_string(month),
                    "label": format_date(self.env, month, date_format="MMM y"),
                    "cells": [
                        _cell_data(outlook.cell(group.id, month, day)) for day in DAYS
                    ],
                    "waiting": waiting[group.id, month],
                }
                for month in outlook.months
            ],
        }

    @api.model
    def _outlook(self, company):
        """Return who is where in the months to come, in a fixed number of queries.

        :param company: `res.company`
        :rtype: Outlook
        """
        groups = self.env["daycare.group"].search([("company_id", "=", company.id)])
        outlook = Outlook(fields.Date.context_today(self), groups)
        self._add_placements(outlook)
        self._add_offers(outlook)
        return outlook

    def _add_placements(self, outlook):
        sectors = self.env["daycare.sector"].search(
            [
                ("group_id", "in", list(outlook.groups)),
                ("date_to", ">=", outlook.months[0]),
                ("child_id.active", "=", True),
            ]
        )
        for child, own in sectors.grouped("child_id").items():
            for sector in own:
                planned = any(
                    other.group_id != sector.group_id
                    and other.date_from > sector.date_from
                    for other in own
                )
                outlook.add(
                    child.id,
                    Leg(sector.group_id.id, sector.date_from, sector.date_to),
                    None if planned else child.birthdate,
                    sector.line_ids,
                )

    def _add_offers(self, outlook):
        """Keep the places of offers that may still be answered."""
        requests = self.env["daycare.request"].search(
            [
                ("group_id", "in", list(outlook.groups)),
                ("state", "=", "offered"),
                ("offer_until", ">=", outlook.today),
            ]
        )
        for request in requests:
            last = request.date_to or date.max
            outlook.add(
                -request.id,
                Leg(request.group_id.id, request.offer_from, last),
                request.birthdate,
                request.line_ids,
            )


def _cell_data(found):
    """Return a cell as the client draws it; keys of offers have a minus."""
    return {
        "taken": found.taken,
        "places": found.places,
        "free": found.free,
        "level": found.level,
        "children": [key for key in found.children if key > 0],
        "offers": [-key for key in found.children if key < 0],
    }
