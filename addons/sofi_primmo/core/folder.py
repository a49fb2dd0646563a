"""A place that files are brought to, as an export sees any of them: here, a folder."""

from pathlib import Path

from . import output_directory


class Folder:
    """A folder of this server.

    What another kind of place has to offer is what this one does. Names are those of
    files in it. An `OSError` says that something was not done, a `ConnectionError`
    that nobody knows whether it was.

    :ivar str directory: where it is, as it is kept with a file
    :ivar str | None mount: the disk or share it lay on, None where that means nothing
    :ivar bool renames: a file that lies there under its old name was not renamed
    """

    renames = True

    def __init__(self, path, mount=None):
        self.path = Path(path)
        self.directory = str(path)
        self.mount = mount

    def check(self):
        """Make sure that the disk or share is the one it was.

        :raises DirectoryError: `unmounted`
        """
        output_directory.check_mount(self.path, self.mount)

    def names(self):
        """Return the names of all files, sorted.

        :raises DirectoryError: `unreadable`
        """
        return output_directory.names(self.path)

    def holds(self, name, content):
        """Tell whether a file has exactly these bytes; None when there is none."""
        return output_directory.holds(self.path / name, content)

    def begins(self, name, content):
        """Tell whether a file has these bytes or the first of them; None: no file."""
        return output_directory.begins(self.path / name, content)

    def write_new(self, name, content):
        """Write a new file.

        :raises FileExistsError: there is one
        """
        output_directory.write_new(self.path / name, content)

    def replace(self, name, content):
        """Write a file anew under its name, whole or not at all."""
        output_directory.replace(self.path / name, content)

    def rename(self, source, target, content):
        """Give a file its other name, which no other file has.

        :param bytes content: what it holds, for places that can only write it anew
        """
        output_directory.rename(self.path / source, self.path / target)

    def settle(self):
        """Bring the names to disk."""
        output_directory.sync(self.path)

    def remove(self, name):
        """Remove a file if it is there, and what is left of writing it anew."""
        output_directory.remove(self.path / name)
