from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestNextStep(TransactionCase):
    """On the form of whatever is approved, the approval is the next step until then."""

    def _models(self):
        names = self.env["tier.definition"]._get_tier_validation_model_names()
        models = (self.env[name] for name in names if name in self.env)
        return [model for model in models if model._approval_buttons]

    def test_what_is_refused_until_then_is_not_offered(self):
        for model in self._models():
            doc = etree.fromstring(model.get_view(view_type="form")["arch"])
            [request] = doc.xpath("//header//button[@name='request_validation']")
            self.assertEqual(request.get("class"), "btn-primary", model._name)
            for name in model._approval_buttons:
                buttons = doc.xpath(f"//header//button[@name='{name}']")
                self.assertTrue(buttons, f"{model._name} has no button {name}")
                for button in buttons:
                    hidden = button.get("invisible")
                    self.assertIn("need_validation", hidden, f"{model._name}, {name}")
                    self.assertIn("'pending'", hidden, f"{model._name}, {name}")
            fields = {field.get("name") for field in doc.iter("field")}
            self.assertLessEqual({"need_validation", "validation_status"}, fields)
