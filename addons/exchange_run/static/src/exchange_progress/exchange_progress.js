import {Component, onMounted, onWillUnmount} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const REFRESH_MS = 2000;

/** Shows how far a job is, and reloads the form while the job runs. */
export class ExchangeProgress extends Component {
    static template = "exchange_run.ExchangeProgress";
    static props = {...standardFieldProps};

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), REFRESH_MS);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get percent() {
        return Math.round(this.props.record.data[this.props.name] || 0);
    }

    get details() {
        const {progress_done, progress_total, progress_text} = this.props.record.data;
        const count = progress_total ? `${progress_done} / ${progress_total}` : "";
        return [count, progress_text].filter(Boolean).join(" · ");
    }

    async refresh() {
        const {record} = this.props;
        const isIdle = !this.loading && !document.hidden;
        if (record.data.state !== "running" || !isIdle || (await record.isDirty())) {
            return;
        }
        this.loading = true;
        try {
            await record.load();
        } finally {
            this.loading = false;
        }
    }
}

registry.category("fields").add("exchange_progress", {
    component: ExchangeProgress,
    supportedTypes: ["float"],
});
