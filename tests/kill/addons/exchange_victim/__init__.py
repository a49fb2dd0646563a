from . import exchange_victim
