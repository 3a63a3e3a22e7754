# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a stamp: the data fields of ISO 7200 and what each state says, by language.

A template of the shop may replace any of them, so a language that is not here needs no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIELDS = (
    "number", "title", "date", "approver", "change", "change short", "sheet", "revision",
    "override", "job", "quantity", "operation", "station", "copy", "signature", "signature kept", "issued to",
)  # fmt: skip

_ENGLISH = (
    "Identification number", "Title", "Date of issue", "Approval person", "Change order", "Change",
    "Sheet", "Rev.", "Override", "Job", "Quantity", "Operation", "Station", "Copy",
    "Signature", "holds for the original, which is kept", "Issued to",
)  # fmt: skip
_GERMAN = (
    "Sachnummer", "Titel", "Ausgabedatum", "Genehmigende Person", "Änderungsauftrag", "Änderung",
    "Blatt", "Rev.", "Abweichung", "Auftrag", "Menge", "Arbeitsgang", "Arbeitsplatz", "Kopie",
    "Signatur", "gilt für das Original, das verwahrt ist", "Ausgegeben an",
)  # fmt: skip
_FRENCH = (
    "Numéro d’identification", "Titre", "Date d’émission", "Personne approbatrice",
    "Ordre de modification", "Modification", "Feuille", "Rév.", "Dérogation", "Ordre", "Quantité",
    "Opération", "Poste", "Copie", "Signature", "vaut pour l’original, qui est conservé",
    "Remise à",
)  # fmt: skip
_SPANISH = (
    "Número de identificación", "Título", "Fecha de emisión", "Persona que aprueba",
    "Orden de cambio", "Cambio", "Hoja", "Rev.", "Excepción", "Orden", "Cantidad", "Operación",
    "Puesto", "Copia", "Firma", "vale para el original, que se conserva",
    "Entregada a",
)  # fmt: skip
_HEBREW = (
    "מספר זיהוי", "כותרת", "תאריך הוצאה", "מאשר", "הוראת שינוי", "שינוי", "גיליון", "מהד׳", "חריגה",
    "עבודה", "כמות", "פעולה", "עמדה", "עותק", "חתימה", "תקפה למקור השמור", "נמסר ל",
)  # fmt: skip
_ARABIC = (
    "رقم التعريف", "العنوان", "تاريخ الإصدار", "المعتمد", "أمر التغيير", "تغيير", "ورقة", "مراجعة",
    "استثناء", "أمر العمل", "الكمية", "العملية", "المحطة", "نسخة", "التوقيع", "صالح للأصل المحفوظ",
    "سُلِّمت إلى",
)  # fmt: skip

LABELS: Mapping[str, Mapping[str, str]] = {
    language: dict(zip(FIELDS, words, strict=True))
    for language, words in (
        ("en", _ENGLISH), ("de", _GERMAN), ("fr", _FRENCH), ("es", _SPANISH), ("he", _HEBREW),
        ("ar", _ARABIC),
    )
}  # fmt: skip
LANGUAGES = tuple(LABELS)


@dataclass(frozen=True, slots=True)
class Saying:
    """What a state says: in its band, at its foot, and across the page."""

    word: str
    advice: str
    watermark: str = ""

    @property
    def across(self) -> str:
        """The word across the page."""
        return self.watermark or self.word


SAYINGS: Mapping[str, Mapping[str, Saying]] = {
    "en": {
        "released": Saying(
            "RELEASED", "Uncontrolled if printed: scan to check that this is current."
        ),
        "superseded": Saying(
            "SUPERSEDED", "Do not make parts from this: scan for the current revision."
        ),
        "recalled": Saying("RECALLED", "Withdrawn: stop work, do not make parts from this."),
        "review": Saying("IN REVIEW", "Not released: do not make parts from this.", "REVIEW"),
        "customer": Saying(
            "CUSTOMER COPY", "Not kept up to date: scan to check that this is current."
        ),
        "job": Saying("JOB COPY", "For this job only: scan to check that this is current."),
    },
    "de": {
        "released": Saying(
            "FREIGEGEBEN", "Ausdruck unterliegt nicht dem Änderungsdienst: scannen und prüfen."
        ),
        "superseded": Saying("ERSETZT", "Nicht danach fertigen: scannen für die gültige Revision."),
        "recalled": Saying("ZURÜCKGEZOGEN", "Arbeit anhalten, nicht danach fertigen."),
        "review": Saying("IN PRÜFUNG", "Nicht freigegeben: nicht danach fertigen."),
        "customer": Saying("KUNDENKOPIE", "Wird nicht nachgeführt: scannen und prüfen."),
        "job": Saying("AUFTRAGSKOPIE", "Nur für diesen Auftrag: scannen und prüfen."),
    },
    "fr": {
        "released": Saying("DIFFUSÉ", "Copie non maîtrisée si imprimée : scanner pour vérifier."),
        "superseded": Saying("REMPLACÉ", "Ne pas fabriquer : scanner pour la révision en vigueur."),
        "recalled": Saying("RAPPELÉ", "Retiré : arrêter le travail, ne pas fabriquer."),
        "review": Saying("EN RÉVISION", "Non diffusé : ne pas fabriquer."),
        "customer": Saying("COPIE CLIENT", "Non tenue à jour : scanner pour vérifier."),
        "job": Saying("COPIE ATELIER", "Pour cet ordre seulement : scanner pour vérifier."),
    },
    "es": {
        "released": Saying("APROBADO", "Copia no controlada si se imprime: escanee y compruebe."),
        "superseded": Saying("SUSTITUIDO", "No fabricar con este plano: escanee para el vigente."),
        "recalled": Saying("RETIRADO", "Pare el trabajo, no fabrique con este plano."),
        "review": Saying("EN REVISIÓN", "No aprobado: no fabricar con este plano."),
        "customer": Saying("COPIA DE CLIENTE", "No se actualiza: escanee para comprobar."),
        "job": Saying("COPIA DE TRABAJO", "Solo para esta orden: escanee para comprobar."),
    },
    "he": {
        "released": Saying("משוחרר", "עותק מודפס אינו מבוקר: יש לסרוק ולוודא תוקף."),
        "superseded": Saying("הוחלף", "אין לייצר לפי שרטוט זה: יש לסרוק לקבלת המהדורה התקפה."),
        "recalled": Saying("הוחזר", "יש לעצור עבודה, אין לייצר לפי שרטוט זה."),
        "review": Saying("בבדיקה", "לא שוחרר: אין לייצר לפי שרטוט זה."),
        "customer": Saying("עותק לקוח", "אינו מתעדכן: יש לסרוק ולוודא תוקף."),
        "job": Saying("עותק עבודה", "לעבודה זו בלבד: יש לסרוק ולוודא תוקף."),
    },
    "ar": {
        "released": Saying("معتمد", "النسخة المطبوعة غير مضبوطة: امسح الرمز للتحقق."),
        "superseded": Saying("مستبدل", "لا تصنّع وفق هذا الرسم: امسح الرمز للمراجعة السارية."),
        "recalled": Saying("مسحوب", "أوقف العمل ولا تصنّع وفق هذا الرسم."),
        "review": Saying("قيد المراجعة", "غير معتمد: لا تصنّع وفق هذا الرسم."),
        "customer": Saying("نسخة العميل", "لا تُحدَّث: امسح الرمز للتحقق."),
        "job": Saying("نسخة العمل", "لهذا الأمر فقط: امسح الرمز للتحقق."),
    },
}
