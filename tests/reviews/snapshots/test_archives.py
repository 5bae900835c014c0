"""Archives as students make them, and as attackers do. Each is really built here."""

from __future__ import annotations

import gzip
import io
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.snapshots.archives import Unpacked, read_archive
from reviews.snapshots.limits import UploadLimits, UploadRefused

LIMITS = UploadLimits(files=10, file_bytes=300_000, total_bytes=500_000, depth=3)
TYPES = (".py", ".js")

Contents = Sequence[tuple[str, bytes]]


def make_zip(contents: Contents, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in contents:
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return target.getvalue()


def make_tar(contents: Contents, form: int = tarfile.PAX_FORMAT) -> bytes:
    return tar_of([(plain(name, len(data)), data) for name, data in contents], form)


def make_tgz(contents: Contents) -> bytes:
    return gzip.compress(make_tar(contents))


def plain(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = size, kind, link
    return member


def tar_of(members: Sequence[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for member, data in members:
            archive.addfile(member, io.BytesIO(data))
    return target.getvalue()


def unpack(data: bytes, types: tuple[str, ...] = TYPES, limits: UploadLimits = LIMITS) -> Unpacked:
    return read_archive("work.zip", io.BytesIO(data), limits, types)


def texts(unpacked: Unpacked) -> dict[str, str]:
    return {file.path: file.text for file in unpacked.files}


def messages(data: bytes, types: tuple[str, ...] = TYPES, limits: UploadLimits = LIMITS) -> str:
    with pytest.raises(UploadRefused) as refused:
        unpack(data, types, limits)
    return " ".join(refused.value.messages)


every_kind = pytest.mark.parametrize("make", [make_zip, make_tar, make_tgz])
Make = Callable[[Contents], bytes]


@every_kind
def test_a_project_folder_comes_out_without_its_junk(make: Make) -> None:
    unpacked = unpack(
        make([
            ("tasks/server.js", b"listen()\n"),
            ("tasks/lib/db.js", "// caf\u00e9\n".encode()),
            ("tasks/logo.png", b"\x89PNG\0"),
            ("tasks/.DS_Store", b"\0\0"),
            ("tasks/._server.js", b"\0\5"),
            ("tasks/.git/config", b"[core]"),
            ("tasks/node_modules/a/very/deep/package/index.js", b"x"),
            ("tasks/node_modules/b/index.js", b"x"),
            ("__MACOSX/tasks/._db.js", b"\0"),
        ])
    )  # fmt: skip
    assert texts(unpacked) == {"lib/db.js": "// café\n", "server.js": "listen()\n"}
    assert unpacked.left_out == (
        (".DS_Store", "macOS metadata"),
        ("._server.js", "macOS metadata"),
        (".git/", "version control"),
        ("__MACOSX/", "macOS metadata"),
        ("logo.png", "not of an accepted type"),
        ("node_modules/", "installed packages"),
    )


@every_kind
def test_a_folder_is_taken_off_only_where_everything_lies_in_it(make: Make) -> None:
    assert list(texts(unpack(make([("src/a.py", b"x"), ("run.py", b"y")])))) == ["run.py", "src/a.py"]
    assert list(texts(unpack(make([("src/a.py", b"x"), ("logo.png", b"y")])))) == ["src/a.py"]
    assert list(texts(unpack(make([("one/two/a.py", b"x"), ("one/b.py", b"y")])))) == ["b.py", "two/a.py"]


@every_kind
def test_names_with_spaces_quotes_unicode_and_200_characters_work(make: Make) -> None:
    long = "long/" + "n" * 192 + ".py"
    names = sorted(["my file.py", 'it\'s "quoted".py', "任务.py", "ünï.py", long])
    assert len(long) == 200
    assert list(texts(unpack(make([(name, b"x = 1\n") for name in names])))) == names


def test_a_mac_writes_utf_8_names_without_saying_so() -> None:
    data = make_zip([("café.py", b"x")])
    # Clear the flag that says the name is UTF-8, in the local header and in the directory.
    unmarked = data.replace(struct.pack("<HH", 20, 0x800), struct.pack("<HH", 20, 0))
    assert unmarked != data
    assert list(texts(unpack(unmarked))) == ["café.py"]


def test_a_windows_zip_with_backslashes_has_folders() -> None:
    assert list(texts(unpack(make_zip([("work\\src\\a.py", b"x"), ("work\\b.py", b"y")])))) == [
        "b.py", "src/a.py"
    ]  # fmt: skip


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_of_the_current_folder_in_every_form(form: int) -> None:
    folder = plain(".", kind=tarfile.DIRTYPE)
    inner = plain("./src", kind=tarfile.DIRTYPE)
    data = tar_of(
        [(folder, b""), (inner, b""), (plain("./src/a.py", 1), b"x"), (plain("./b.py", 1), b"y")], form
    )
    assert texts(unpack(data)) == {"b.py": "y", "src/a.py": "x"}


def test_where_every_type_is_accepted_pictures_are_left_out_and_other_binaries_refused() -> None:
    unpacked = unpack(make_zip([("a.py", b"x"), ("Makefile", b"all:\n"), ("logo.png", b"\0")]), types=())
    assert list(texts(unpacked)) == ["Makefile", "a.py"]
    assert unpacked.left_out == (("logo.png", "not text"),)
    assert "“tool.bin” is a binary file" in messages(make_zip([("tool.bin", b"\0")]), types=())


@every_kind
def test_an_archive_with_nothing_to_read_says_so(make: Make) -> None:
    assert "holds no file of an accepted type (.py, .js)" in messages(make([("readme.txt", b"hello")]))
    assert "nothing to review" in messages(make([]))


@every_kind
def test_text_that_is_not_utf_8_can_be_read_as_latin_1(make: Make) -> None:
    data = make([("a.py", b"caf\xe9"), ("b.py", "café".encode())])
    with pytest.raises(UploadRefused) as refused:
        unpack(data)
    assert refused.value.not_utf8 == ("a.py",)
    second = read_archive("work.zip", io.BytesIO(data), LIMITS, TYPES, encoding="latin-1")
    assert texts(second) == {"a.py": "café", "b.py": "café"}


@every_kind
@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil.py", "C:\\evil.py", "src/../../evil.py", "a\u202e.py"]
)
def test_names_that_lead_elsewhere_are_refused(make: Make, name: str) -> None:
    assert "is not a usable file name" in messages(make([("a.py", b"x"), (name, b"y")]))


def test_a_nul_in_a_zip_name_cannot_hide_its_true_end() -> None:
    data = make_zip([("a.py~.png", b"x")]).replace(b"a.py~.png", b"a.py\0.png")
    assert "U+0000 NULL" in messages(data)


@every_kind
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(make: Make) -> None:
    assert "“a.py” is there twice" in messages(make([("a.py", b"x"), ("a.py", b"y")]))
    assert "differ only by case" in messages(make([("a.py", b"x"), ("A.py", b"y")]))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "a device or a pipe"),
        (tarfile.BLKTYPE, "a device or a pipe"),
        (tarfile.FIFOTYPE, "a device or a pipe"),
        (b"V", "not a plain file"),
    ],
)
def test_a_tar_holds_files_and_folders_only(kind: bytes, said: str) -> None:
    data = tar_of([(plain("a.py", 1), b"x"), (plain("passwd.py", kind=kind, link="/etc/passwd"), b"")])
    assert f"“passwd.py” in “work.zip” is {said}" in messages(data)


@pytest.mark.parametrize(("mode", "said"), [(stat.S_IFLNK, "a link"), (stat.S_IFIFO, "a device or a pipe")])
def test_a_zip_holds_files_and_folders_only(mode: int, said: str) -> None:
    link = zipfile.ZipInfo("passwd.py")
    link.external_attr = (mode | 0o777) << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert f"“passwd.py” in “work.zip” is {said}" in messages(target.getvalue())


def test_links_among_installed_packages_are_left_out_with_them() -> None:
    link = plain("node_modules/.bin/tool", kind=tarfile.SYMTYPE, link="../tool/cli.js")
    unpacked = unpack(tar_of([(plain("a.py", 1), b"x"), (link, b"")]))
    assert unpacked.left_out == (("node_modules/", "installed packages"),)


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(make_zip([("a.py", b"secret")]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted; pack it without a password" in messages(bytes(data))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_cannot_be_bounded_is_refused(compression: int) -> None:
    assert "use plain zip compression" in messages(make_zip([("a.py", b"x")], compression))


def test_a_zip_bomb_is_stopped_by_what_really_comes_out() -> None:
    data = bytearray(make_zip([("a.py", b"0" * 290_000)]))
    # The directory says that almost nothing comes out.
    data[22:26] = struct.pack("<I", 10)
    at = data.index(b"PK\x01\x02") + 24
    assert "100 times its size" in messages(make_zip([("a.py", b"0" * 290_000)]))
    data[at : at + 4] = struct.pack("<I", 10)
    assert "broken" in messages(bytes(data))


def test_a_gzip_bomb_is_stopped_early() -> None:
    assert "100 times its size" in messages(gzip.compress(b"\0" * 3_000_000))
    assert "100 times its size" in messages(make_tgz([("a.txt", b"\0" * 3_000_000)]))


def test_small_repetitive_files_are_no_bombs() -> None:
    source = b"x = 1\n" * 40_000
    assert texts(unpack(make_zip([("a.py", source)])))["a.py"] == source.decode()
    assert texts(unpack(make_tgz([("a.py", source)])))["a.py"] == source.decode()


def test_overlapping_entries_are_a_quoted_bomb() -> None:
    data = make_zip([("a.py", b"x" * 100), ("b.py", b"x" * 100)], zipfile.ZIP_STORED)
    second = data.index(b"PK\x03\x04", 4)
    directory = data.index(b"PK\x01\x02")
    entry = bytearray(data[directory:])
    # The second entry of the directory points at the first one's data.
    at = entry.index(b"PK\x01\x02", 4)
    entry[at + 42 : at + 46] = struct.pack("<I", 0)
    assert second > 0
    assert "overlap" in messages(data[:directory] + bytes(entry))


@every_kind
def test_too_many_members_of_any_kind_are_not_even_listed(make: Make) -> None:
    assert "more than 50 members" in messages(make([(f"node_modules/{n}.js", b"") for n in range(51)]))
    assert "There are 11 files, and at most 10" in messages(make([(f"{n}.py", b"x") for n in range(11)]))


def test_a_zip_directory_of_a_million_entries_is_not_read() -> None:
    one = make_zip([("node_modules/a.js", b"")])
    directory = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entries = one[directory:end] * 20_000
    tail = struct.pack("<4s4HIIH", b"PK\x05\x06", 0, 0, 1, 1, len(entries), directory, 0)
    assert "more than 50 members" in messages(one[:directory] + entries + tail)


def test_a_zip64_archive_is_refused_with_what_to_do() -> None:
    one = make_zip([("a.py", b"x")])
    end = one.index(b"PK\x05\x06")
    assert "Pack it as a plain .zip" in messages(one[:end] + b"PK\x06\x07" + bytes(16) + one[end:])


@every_kind
def test_sizes_are_bounded(make: Make) -> None:
    noise = bytes(random.Random(7).choices(range(33, 123), k=290_000))
    assert "“big.py” is larger than" in messages(make([("big.py", noise + noise[:20_000]), ("a.py", b"x")]))
    assert "more than 488.3 KB of files" in messages(make([("a.py", noise), ("b.py", noise)]))


def test_a_huge_archive_is_not_read_to_its_end() -> None:
    stream = io.BytesIO(b"PK\x03\x04" + b"x" * 6_000_000)
    with pytest.raises(UploadRefused, match=r"is larger than 3\.8 MB"):
        read_archive("work.zip", stream, LIMITS, TYPES)
    assert stream.tell() == 8 * LIMITS.total_bytes + 1


def test_a_tar_cannot_hide_a_slow_header_in_an_extension() -> None:
    huge = plain("pax", 200_000, tarfile.XHDTYPE)
    assert "broken" in messages(tar_of([(huge, b"9" * 200_000), (plain("a.py", 1), b"x")]))
    moved = plain("pax", 512, tarfile.XHDTYPE)
    assert "broken" in messages(
        tar_of([(moved, b"9 x=abc\n9 size=0\n".ljust(512, b"\n")), (plain("a.py", 1), b"x")])
    )


def test_a_sparse_tar_member_is_refused() -> None:
    sparse = plain("a.py", 512, tarfile.GNUTYPE_SPARSE)
    assert "broken" in messages(tar_of([(sparse, b"x" * 512)], tarfile.GNU_FORMAT))


def test_a_negative_size_does_not_lead_round_in_circles() -> None:
    data = bytearray(make_tar([("a.py", b"x" * 600)]))
    data[124:136] = b"\xff" * 10 + b"\xfe\x00"
    header = data[:512]
    header[148:156] = b" " * 8
    data[148:156] = f"{sum(header):06o}\0 ".encode()
    assert "broken" in messages(bytes(data))


@every_kind
def test_a_cut_or_damaged_archive_is_broken_not_smaller(make: Make) -> None:
    data = make([("a.py", b"print(1)\n" * 200), ("b.py", b"print(2)\n" * 200), ("c.py", b"z = 3\n" * 200)])
    cut = data[: len(data) // 3]
    assert "is broken and cannot be unpacked" in messages(cut)


def test_a_tar_with_a_damaged_header_in_the_middle_is_broken() -> None:
    data = bytearray(make_tar([("a.py", b"x"), ("b.py", b"y")]))
    data[data.index(b"b.py")] = ord("c")
    assert "is broken and cannot be unpacked" in messages(bytes(data))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "neither a .zip nor a .tar.gz"),
        (b"print(1)\n", "neither a .zip nor a .tar.gz"),
        (b"Rar!\x1a\x07", "a RAR archive. Pack it as .zip"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (gzip.compress(b"print(1)\n", mtime=0), "holds no tar archive"),
        (gzip.compress(b"x" * 2000, mtime=0)[:20], "broken"),
    ],
)
def test_what_is_no_archive_is_told_from_its_content(data: bytes, said: str) -> None:
    assert said in messages(data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_random_damage_is_refused_or_read_but_never_a_crash(data: st.DataObject) -> None:
    make = data.draw(st.sampled_from([make_zip, make_tar, make_tgz]))
    good = bytearray(make([("src/a.py", b"print('a')\n" * 20), ("src/b.py", b"print('b')\n")]))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        unpacked = unpack(bytes(good))
    except UploadRefused:
        return
    assert unpacked.files
