from . import daycare_request_offer
