"""Folders that go away, fill up, or are not what they seem: spec 4.5."""

import errno
import os
import stat
import subprocess
from unittest.mock import patch

import pytest
from sofi_primmo_core import output_directory
from sofi_primmo_core.output_directory import DirectoryError


@pytest.fixture
def share(tmp_path):
    """A small file system of its own, as a network share is."""
    folder = tmp_path / "share"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], capture_output=True, check=False)


@pytest.mark.parametrize("writer", ["write_new", "replace"])
def test_a_full_disk_leaves_no_half_file(share, writer):
    whole = share / "whole.tmp"
    output_directory.write_new(whole, b"before")
    target = share / "half.tmp" if writer == "write_new" else whole
    with pytest.raises(OSError, match="No space left") as caught:
        getattr(output_directory, writer)(target, b"x" * 200_000)
    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in share.iterdir()] == ["whole.tmp"]
    assert whole.read_bytes() == b"before"


def test_a_share_that_is_gone_is_another_folder(share):
    inside = share / "primmo"
    inside.mkdir()
    assert output_directory.mount_of(inside) == str(share)
    subprocess.run(["umount", share], check=True)
    inside.mkdir()
    assert output_directory.mount_of(inside) != str(share)


def test_a_file_is_there_whole_or_not(tmp_path):
    path = tmp_path / "a.csv"
    assert output_directory.holds(path, b"12345") is None
    path.write_bytes(b"1234")
    assert output_directory.holds(path, b"12345") is False
    path.write_bytes(b"54321")
    assert output_directory.holds(path, b"12345") is False
    path.write_bytes(b"12345")
    assert output_directory.holds(path, b"12345") is True


def test_a_folder_that_is_gone_says_nothing_of_its_files(tmp_path):
    with pytest.raises(OSError):
        output_directory.holds(tmp_path / "gone" / "a.csv", b"")


TROUBLES = (errno.ENOTCONN, errno.ESTALE, errno.EIO, errno.ENAMETOOLONG, errno.ELOOP)


@pytest.mark.parametrize("number", TROUBLES)
@pytest.mark.parametrize(
    "use",
    [
        output_directory.check_writable,
        output_directory.names,
        output_directory.create,
        lambda folder: output_directory.resolve(folder, "x"),
    ],
)
def test_whatever_the_system_says_is_an_error_of_the_folder(tmp_path, use, number):
    trouble = patch.multiple(
        os,
        **dict.fromkeys(
            ("stat", "lstat", "scandir", "mkdir"),
            lambda *_args, **_options: (_ for _ in ()).throw(OSError(number, "gone")),
        ),
    )
    realpath = patch.object(os.path, "realpath", side_effect=OSError(number, "gone"))
    with trouble, realpath, pytest.raises(DirectoryError):
        use(tmp_path)


def test_names_too_long_are_an_error_of_the_folder(tmp_path):
    for name in ("x" * 300, "x/" * 3000, "nul\0l"):
        with pytest.raises(DirectoryError):
            output_directory.check_writable(
                output_directory.resolve(str(tmp_path), name)
            )


def test_log_lines_follow_no_link(tmp_path):
    outside = tmp_path / "outside.log"
    link = tmp_path / "day.log"
    link.symlink_to(outside)
    with pytest.raises(OSError):
        output_directory.append_line(link, "line")
    assert not outside.exists()


def test_files_are_not_for_everybody(tmp_path):
    old = os.umask(0)
    try:
        output_directory.append_line(tmp_path / "a.log", "line")
        output_directory.write_new(tmp_path / "a.tmp", b"")
    finally:
        os.umask(old)
    for name in ("a.log", "a.tmp"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o640


def test_a_folder_that_cannot_be_synced_is_good_enough(tmp_path):
    refused = OSError(errno.EINVAL, "Invalid argument")
    with patch.object(os, "fsync", side_effect=refused):
        output_directory.sync(tmp_path)


def test_names_of_files(tmp_path):
    for name in ("b.csv", "a.TMP", "c"):
        (tmp_path / name).touch()
    (tmp_path / "folder.csv").mkdir()
    assert output_directory.names(tmp_path) == ["a.TMP", "b.csv", "c"]
    with pytest.raises(DirectoryError) as caught:
        output_directory.names(tmp_path / "gone")
    assert caught.value.code == "unreadable"
