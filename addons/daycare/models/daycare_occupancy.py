from collections import defaultdict
from dataclasses import asdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
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
            ``days`` (``date``, ``label``), ``today`` (its number among them, else 0),
            ``departments`` (``id``, ``name``), ``children`` (id → name) and
            ``groups``, each with ``rows`` of ``cells`` (``taken``, ``places``,
            ``free``, ``level``, ``children``) and with ``attendance``, by child a list
            of what they do each day (``state``, ``label``,
            ``reason``, ``model``, ``id``)
        """
        day = fields.Date.to_date(date) or fields.Date.context_today(self)
        monday = day - timedelta(days=day.weekday())
        groups = self._groups(department_id)
        lines = self._lines(groups, monday)
        attendance = self._attendance(groups, lines, monday)
        by_group = self._presences(attendance)
        weekend = any(index >= 5 for _group, _child, index in attendance)
        dates = [monday + timedelta(days=index) for index in range(7 if weekend else 5)]
        children = lines.child_id | self._extra_days(groups, monday).child_id
        return {
            "monday": fields.Date.to_string(monday),
            "previous": fields.Date.to_string(monday - timedelta(days=7)),
            "next": fields.Date.to_string(monday + timedelta(days=7)),
            "title": self._title(dates),
            "days": self._days(dates),
            "today": self._number_of_today(dates),
            "departments": self.env["daycare.department"]
            .search_fetch([], ["name"])
            .read(["name"]),
            "children": {child.id: child.display_name for child in children},
            "groups": [
                self._group_data(group, by_group[group.id], len(dates))
                | {"attendance": self._group_attendance(group, attendance, len(dates))}
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

    def _extra_days(self, groups, monday):
        """Return the extra days of the week in some groups."""
        ExtraDay = self.env["daycare.extra.day"]
        return ExtraDay.search(
            ExtraDay._between_domain(monday, monday + timedelta(days=6))
            & Domain("group_id", "in", groups.ids)
            & Domain("child_id.active", "=", True)
        )

    def _attendance(self, groups, lines, monday):
        """Return who comes when, and who stays away.

        :return: dict (group id, child id, day of the week from 0) -> list of (record of
            the placement's line or extra day, absence or an empty record)
        """
        Absence = self.env["daycare.absence"]
        absences = Absence._between(monday, monday + timedelta(days=6)).grouped(
            "child_id"
        )
        found = defaultdict(list)
        for line in lines:
            sector = line.sector_id
            date = monday + timedelta(days=line.day - 1)
            if sector.date_from <= date <= sector.date_to:
                away = absences.get(sector.child_id, Absence).filtered(
                    lambda own, day=date: own.date_from <= day <= own.date_to
                )[:1]
                key = sector.group_id.id, sector.child_id.id, line.day - 1
                found[key].append((line, away))
        for extra in self._extra_days(groups, monday):
            key = extra.group_id.id, extra.child_id.id, (extra.date - monday).days
            found[key].append((extra, Absence))
        return found

    def _presences(self, attendance):
        """Return the presences by group id and day of the week (0 for Monday)."""
        result = defaultdict(lambda: defaultdict(list))
        for (group_id, child_id, day), booked in attendance.items():
            for source, away in booked:
                if not away:
                    by_slot = source.mode == "slots"
                    presence = Presence(
                        child_id,
                        frozenset(source.slot_ids.ids if by_slot else ()),
                        clock.to_minutes(source.hour_from),
                        clock.to_minutes(source.hour_to),
                    )
                    result[group_id][day].append(presence)
        return result

    def _group_attendance(self, group, attendance, days):
        """Return {child id: list of lists, by day, of what the child does}."""
        children = {child for own, child, _day in attendance if own == group.id}
        return {
            child: [
                [
                    _attendance_data(source, away)
                    for source, away in attendance.get((group.id, child, day), ())
                ]
                for day in range(days)
            ]
            for child in children
        }

    def _number_of_today(self, dates):
        today = fields.Date.context_today(self)
        return dates.index(today) if today in dates else 0

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


def _attendance_data(source, away):
    extra = source._name == "daycare.extra.day"
    record = source if extra else away
    return {
        "state": "extra" if extra else "absent" if away else "here",
        "label": source._sheet_label(),
        "reason": away.reason_id.display_name or "",
        "model": record._name,
        "id": record.id,
    }


def _cell_data(value):
    return asdict(value) | {"free": value.free, "level": value.level}
