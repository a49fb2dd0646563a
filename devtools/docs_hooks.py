"""Called by MkDocs: pictures and changelogs of the addons become pages of the site.

They stay where Odoo looks for them; nothing is copied into docs/.
"""

from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]


def on_files(files, config):
    """Add `pictures/ADDON.png` and `changes/ADDON.md` of each addon."""
    for folder in sorted(p.parent for p in ROOT.glob("addons/*/__manifest__.py")):
        picture = folder / "static" / "description" / "screenshot.png"
        changes = folder / "CHANGELOG.md"
        for source, target in (
            (picture, f"pictures/{folder.name}.png"),
            (changes, f"changes/{folder.name}.md"),
        ):
            if source.exists():
                files.append(File.generated(config, target, abs_src_path=str(source)))
    return files
