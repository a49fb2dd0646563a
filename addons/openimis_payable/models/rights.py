"""openIMIS' rights as groups; what a method checks before it works."""

from odoo.exceptions import AccessError


def has_right(env, *codes):
    """Tell whether the user has one of these openIMIS rights.

    :param env: environment; superuser mode has every right
    :param str codes: numbers of openIMIS' rights
    """
    user = env.user
    return env.su or any(
        user.has_group(f"openimis_payable.group_right_{code}") for code in codes
    )


def require_right(env, *codes):
    """Refuse unless the user has one of these openIMIS rights.

    :param env: environment
    :param str codes: numbers of openIMIS' rights, one of which is enough
    :raises AccessError: naming the missing right
    """
    if not has_right(env, *codes):
        raise AccessError(
            env._(
                "You need openIMIS' right %(rights)s for this. Ask your manager.",
                rights=" / ".join(codes),
            )
        )
