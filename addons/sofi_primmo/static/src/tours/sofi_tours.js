import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

const menu = (name) => `[data-menu-xmlid='sofi_primmo.${name}']`;

registry.category("web_tour.tours").add("sofi_export_tour", {
    steps: () => [
        {
            trigger: menu("menu_sofi_export_root"),
            content: _t(
                "Exports run by themselves each night. One can be made by hand."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: menu("menu_sofi_export_wizard"),
            content: _t("Choose residences and look what waits for Primmo."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: ".modal button[name='action_preview']",
            content: _t("Look first: nothing is archived in SOFI."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: "button[name='action_run']",
            content: _t(
                "Write the file for Primmo and archive the charges, each exactly once."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            // a simulation asks nothing
            trigger: ".modal-footer .btn-primary, .o_statusbar_status",
            content: _t(
                "Yes, if the preview was right: what is archived cannot be taken back."
            ),
            tooltipPosition: "top",
            run: "click",
        },
    ],
});
