"""An unborn child has no first name; the word that stood there is said when read."""


def migrate(cr, version):
    """Take away the first name that imports of Kibé wrote for unborn children."""
    cr.execute(
        """
        UPDATE daycare_child
           SET firstname = NULL, name = lastname
         WHERE gender = 'unborn' AND firstname = 'À naître'
        """
    )
