"""What a health facility does at a visit, and what openIMIS makes of its claim."""

#: diagnosis, then what is done: kind, code, name, quantity, price
VISITS = (
    (
        "B54",
        "Malaria",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("service", "B3", "Blood smear", 1, 3500),
            ("item", "0012", "Artemether-lumefantrine, tablet", 24, 250),
        ),
    ),
    (
        "O80",
        "Normal delivery",
        (
            ("service", "M1", "Normal delivery", 1, 65000),
            ("item", "0001", "Paracetamol 500 mg, tablet", 20, 50),
        ),
    ),
    (
        "D64",
        "Anaemia",
        (
            ("service", "B7", "Haemoglobin test", 1, 4500),
            ("item", "0044", "Ferrous sulphate, tablet", 60, 60),
        ),
    ),
    (
        "J18",
        "Pneumonia",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("service", "R1", "Chest X-ray", 1, 18000),
            ("item", "0031", "Amoxicillin 500 mg, capsule", 21, 150),
        ),
    ),
    (
        "A09",
        "Diarrhoea",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("item", "0020", "Oral rehydration salts, sachet", 10, 400),
        ),
    ),
    (
        "K35",
        "Appendicitis",
        (
            ("service", "S4", "Appendicectomy", 1, 180000),
            ("service", "W1", "Ward, day", 4, 15000),
            ("item", "0055", "Ceftriaxone 1 g, vial", 8, 2500),
        ),
    ),
    (
        "I10",
        "Hypertension",
        (
            ("service", "A1", "Consultation", 1, 5000),
            ("item", "0061", "Amlodipine 5 mg, tablet", 30, 120),
        ),
    ),
)


def header(status, lines):
    """Return what openIMIS says of a claim as a whole."""
    claimed = sum(line["qty_provided"] * line["price_asked"] for line in lines)
    approved = sum(
        line.get("qty_approved", line["qty_provided"]) * line["price_asked"]
        for line in lines
    )
    amounts = {"claimed": claimed}
    if status in ("8", "16"):
        amounts["approved"] = approved
    if status == "16":
        amounts |= {"valuated": approved, "remunerated": approved}
    return amounts


def status(luck, shared):
    """Return how far a claim came: rejected, entered, processed or valuated."""
    if luck < 0.09:
        return "1" if luck < 0.05 else "4"
    return "8" if shared else "16"


def cut(luck, place, quantity):
    """Let a reviewer cut a line of some claims."""
    if 0.85 < luck and place == 2 and quantity > 1:
        return {
            "qty_approved": quantity // 2,
            "justification": "Half of it is usual for this diagnosis",
        }
    return {}
