# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page of a packet: nothing runs over its edge, foreign names are there, contents are right."""

from __future__ import annotations

from typing import Any

from traveler.packet import issuing

CUSTOMER = "Größte Pumpenfabrik 日本精工 Προσαρμογή ГОСТ & Söhne Aktiengesellschaft in Höchst"
WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhalterungsschraubenkopf" * 3
SPACE = 14 * 72 / 25.4 - 1.5  # points from the edge to what is written


def made(shop: Any) -> Any:
    """Issue the packet of a job whose every name is long or foreign."""
    from traveler import jobs
    from traveler.floor import starting, stopping
    from traveler.nonconformance import closing, disposing, opening
    from traveler.quality import evidence
    from traveler.quality.evidence import Wanted

    shop.job("J-7", 20, customer=CUSTOMER, order="PO " + "4711-" * 10)
    shop.prove("J-7")
    for one in jobs.show(shop.vault, "J-7").operations:
        starting.start(shop.vault, shop.otto, "J-7", one.operation.seq)
        stopping.finish(shop.vault, shop.otto, "J-7", one.operation.seq)
    for at in range(30):
        place = shop.folder / f"{at}.txt"
        place.write_text(str(at))
        wanted = Wanted("document", "J-7", words=f"材料証明書 {at} {WORD} for the whole job")
        evidence.add(shop.vault, shop.quinn, wanted, {f"{WORD[:90]}{at}.txt": place})
    found = opening.open_new(
        shop.vault, shop.quinn, opening.Wanted("J-7", f"Zu groß {WORD}", qty=1)
    )
    opening.explain(shop.vault, shop.quinn, found.number, cause="x", action="y")
    disposing.dispose(shop.vault, shop.quinn, found.number, "scrap", "lost")
    closing.close(shop.vault, shop.quinn, found.number)
    return issuing.issue(shop.vault, shop.quinn, "J-7")


def test_every_page_fits_and_the_contents_are_right(drawn: Any) -> None:
    """Each span lies within the margins, each page knows its number, each title its page."""
    import pymupdf

    packet = made(drawn)
    with pymupdf.open(issuing.file_of(drawn.vault, packet, pdf=True)) as document:
        ours = [page for page in document if f"Page {page.number + 1} of" in page.get_text()]
        assert len(ours) == document.page_count - 1  # all but the drawing
        for page in ours:
            assert f"Page {page.number + 1} of {document.page_count}" in page.get_text()
            for block in page.get_text("dict")["blocks"]:
                for line in block.get("lines", ()):
                    left, top, right, low = line["bbox"]
                    assert left >= SPACE, (page.number, line)
                    assert right <= page.rect.width - SPACE + 3, (page.number, line)
                    assert top >= 0, (page.number, line)
                    assert low <= page.rect.height, (page.number, line)
        text = "".join("".join(page.get_text().split()) for page in ours)
        for word in ("日本精工", "Προσαρμογή", "ГОСТ", "材料証明書", "Größte"):
            assert word in text, word
        assert "\ufffd" not in text
        lines = document[1].get_text().splitlines()
        for _level, title, number in document.get_toc()[2:]:
            assert lines[lines.index(title) + 1] == str(number)
            if not title.startswith("Drawing"):
                assert title in document[number - 1].get_text()
