from collections import defaultdict
from dataclasses import asdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.exchange_run.core import clock

from ..core.occupancy import Band, Presence, cell, hour_bands
from .const import WEEKDAYS


class DaycareOccupancy(models.AbstractModel):
    """The week grid: group × slot × weekday, with the places taken and free."""

    _name = "daycare.occupancy"
    _description = "Weekly Occupancy"

    @api.model
    @api.readonly
    def get_week(self, date=None, department_id=False):
        """Return the grid of a week, for the groups the user may read.

        :param date: any day of the week (date or ISO text); today when empty
        :param department_id: keep to this department
        :return dict: ``monday``, ``previous``, ``next`` (ISO dates), ``title``,
            ``days`` (``date``, ``label``), ``departments`` (``id``, ``name``),
            ``children`` (id → name) and ``groups``, each with ``rows`` of ``cells``
            (``taken``, ``places``, ``free``, ``level``, ``children``)
        """
        day = fields.Date.to_date(date) or fields.Date.context_today(self)
        monday = day - timedelta(days=day.weekday())
        groups = self._groups(department_id)
        lines = self._lines(groups, monday)
        by_group = self._presences(lines, monday)
        weekend = any(index >= 5 for days in by_group.values() for index in days)
        dates = [monday + timedelta(days=index) for index in range(7 if weekend else 5)]
        children = lines.child_id
        return {
            "monday": fields.Date.to_string(monday),
            "previous": fields.Date.to_string(monday - timedelta(days=7)),
            "next": fields.Date.to_string(monday + timedelta(days=7)),
            "title": self._title(dates),
            "days": self._days(dates),
            "departments": self.env["daycare.department"]
            .search_fetch([], ["name"])
            .read(["name"]),
            "children": {child.id: child.display_name for child in children},
            "groups": [
                self._group_data(group, by_group[group.id], len(dates))
                for group in groups
            ],
        }

    def _groups(self, department_id):
        domain = [("department_id", "=", department_id)] if department_id else []
        return self.env["daycare.group"].search(domain)

    def _lines(self, groups, monday):
        """Return the weekday lines of the placements that touch the week."""
        return self.env["daycare.sector.line"].search(
            [
                ("sector_id.group_id", "in", groups.ids),
                ("sector_id.date_from", "<=", monday + timedelta(days=6)),
                ("sector_id.date_to", ">=", monday),
                ("sector_id.child_id.active", "=", True),
            ]
        )

    def _presences(self, lines, monday):
        """Return the presences by group id and day of the week (0 for Monday)."""
        result = defaultdict(lambda: defaultdict(list))
        for line in lines:
            sector = line.sector_id
            date = monday + timedelta(days=line.day - 1)
            if sector.date_from <= date <= sector.date_to:
                presence = Presence(
                    sector.child_id.id,
                    frozenset(line.slot_ids.ids)
                    if line.mode == "slots"
                    else frozenset(),
                    clock.to_minutes(line.hour_from),
                    clock.to_minutes(line.hour_to),
                )
                result[sector.group_id.id][line.day - 1].append(presence)
        return result

    def _group_data(self, group, presences, days):
        bands = self._bands(group, presences)
        rows = [
            {
                "key": band.key,
                "label": label,
                "span": f"{clock.label(band.begin)}–{clock.label(band.end)}",
                "cells": [
                    _cell_data(cell(band, presences[day])) for day in range(days)
                ],
            }
            for band, label in bands
        ]
        return {
            "id": group.id,
            "name": group.name,
            "code": group.code,
            "color": group.color,
            "department": group.department_id.name,
            "places": group.capacity,
            "rows": rows,
        }

    def _bands(self, group, presences):
        """Return the rows of a group with their labels: its slots, or hours."""
        if group.slot_ids and group.mode == "slots":
            return [
                (
                    Band(
                        slot.id,
                        clock.to_minutes(slot.hour_from),
                        clock.to_minutes(slot.hour_to),
                        slot.capacity or group.capacity,
                    ),
                    slot.name or str(slot.number),
                )
                for slot in group.slot_ids
            ]
        week = [presence for day in presences.values() for presence in day]
        return [(band, "") for band in hour_bands(week, group.capacity)]

    def _days(self, dates):
        labels = dict(
            self.env["daycare.sector.line"]
            ._fields["weekday"]
            ._description_selection(self.env)
        )
        return [
            {
                "date": fields.Date.to_string(date),
                "label": labels[WEEKDAYS[date.weekday()][0]],
                "day": format_date(self.env, date, date_format="d.M."),
            }
            for date in dates
        ]

    def _title(self, dates):
        return self.env._(
            "Week %(number)s · %(begin)s – %(end)s",
            number=dates[0].isocalendar().week,
            begin=format_date(self.env, dates[0]),
            end=format_date(self.env, dates[-1]),
        )


def _cell_data(value):
    return asdict(value) | {"free": value.free, "level": value.level}
