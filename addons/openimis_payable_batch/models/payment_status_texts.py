"""ISO 20022's reasons why a payment was rejected, in words."""


def reason_words(env, code):
    """Return what a reason code means, in the user's language; empty where unknown.

    The codes are those of ISO's list ExternalStatusReason1Code that banks give for
    credit transfers.

    :param str code: such as AC04
    :rtype: str
    """
    return {
        "AC01": env._("the account number is wrong"),
        "AC02": env._("the account to debit is wrong"),
        "AC03": env._("the account to pay to is wrong"),
        "AC04": env._("the account is closed"),
        "AC06": env._("the account is blocked"),
        "AC13": env._("the kind of account is wrong"),
        "AG01": env._("the account does not allow this kind of payment"),
        "AG03": env._("this kind of payment is not supported"),
        "AM01": env._("the amount is zero"),
        "AM02": env._("the amount is not allowed"),
        "AM03": env._("the currency is not allowed"),
        "AM04": env._("there are not enough funds"),
        "AM05": env._("it was sent before"),
        "AM09": env._("the amount is wrong"),
        "AM10": env._("the control sum is wrong"),
        "AM18": env._("the number of payments is wrong"),
        "BE01": env._("the name does not fit the account"),
        "BE04": env._("the address is missing"),
        "BE05": env._("who sent the file is not known"),
        "BE06": env._("whoever is paid is not known there"),
        "BE07": env._("the address of the payer is missing"),
        "CH03": env._("the day of the payment is too far away"),
        "CH16": env._("an element is not correct"),
        "CH17": env._("an element is not allowed"),
        "CH20": env._("the amount has too many decimals"),
        "CH21": env._("an element is missing"),
        "CUST": env._("the payer asked for it"),
        "DS02": env._("the order was cancelled"),
        "DT01": env._("the day is not valid"),
        "DUPL": env._("it was sent before"),
        "FF01": env._("the bank could not read the file"),
        "FOCR": env._("it was called back"),
        "MD07": env._("whoever was to be paid has died"),
        "MS02": env._("whoever was to be paid refused it"),
        "MS03": env._("the bank gives no reason"),
        "NARR": env._("see the bank’s words"),
        "RC01": env._("the bank is not known"),
        "RC04": env._("the bank to pay to is not known"),
        "RR01": env._("a piece of information on the payer is missing"),
        "RR02": env._("the payer’s name or address is missing"),
        "RR03": env._("the name or address of whoever is paid is missing"),
        "RR04": env._("the authorities do not allow it"),
    }.get(code, "")


def status_words(env, code):
    """Return what the status of a payment means that is neither paid nor rejected.

    :param str code: such as ACWC
    :rtype: str
    """
    return {
        "ACWC": env._("accepted with a change"),
        "BLCK": env._("blocked: the money is held"),
    }.get(code, env._("no known status"))
