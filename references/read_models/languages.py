"""Languages of publications: PubMed writes MARC codes, readers and browsers need names and BCP 47 tags.

https://www.nlm.nih.gov/bsd/language_table.html
"""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """A language's English name and its tag for the `lang` attribute (empty where unknown)."""

    name: str
    tag: str


LANGUAGES: dict[str, Language] = {
    "afr": Language("Afrikaans", "af"),
    "alb": Language("Albanian", "sq"),
    "ara": Language("Arabic", "ar"),
    "arm": Language("Armenian", "hy"),
    "aze": Language("Azerbaijani", "az"),
    "bos": Language("Bosnian", "bs"),
    "bul": Language("Bulgarian", "bg"),
    "cat": Language("Catalan", "ca"),
    "chi": Language("Chinese", "zh"),
    "cze": Language("Czech", "cs"),
    "dan": Language("Danish", "da"),
    "dut": Language("Dutch", "nl"),
    "eng": Language("English", "en"),
    "epo": Language("Esperanto", "eo"),
    "est": Language("Estonian", "et"),
    "fin": Language("Finnish", "fi"),
    "fre": Language("French", "fr"),
    "geo": Language("Georgian", "ka"),
    "ger": Language("German", "de"),
    "gla": Language("Scottish Gaelic", "gd"),
    "gre": Language("Greek", "el"),
    "heb": Language("Hebrew", "he"),
    "hin": Language("Hindi", "hi"),
    "hrv": Language("Croatian", "hr"),
    "hun": Language("Hungarian", "hu"),
    "ice": Language("Icelandic", "is"),
    "ind": Language("Indonesian", "id"),
    "ita": Language("Italian", "it"),
    "jpn": Language("Japanese", "ja"),
    "kin": Language("Kinyarwanda", "rw"),
    "kor": Language("Korean", "ko"),
    "lat": Language("Latin", "la"),
    "lav": Language("Latvian", "lv"),
    "lit": Language("Lithuanian", "lt"),
    "mac": Language("Macedonian", "mk"),
    "may": Language("Malay", "ms"),
    "mul": Language("Several languages", ""),
    "nor": Language("Norwegian", "no"),
    "per": Language("Persian", "fa"),
    "pol": Language("Polish", "pl"),
    "por": Language("Portuguese", "pt"),
    "rum": Language("Romanian", "ro"),
    "rus": Language("Russian", "ru"),
    "slo": Language("Slovak", "sk"),
    "slv": Language("Slovenian", "sl"),
    "spa": Language("Spanish", "es"),
    "srp": Language("Serbian", "sr"),
    "swe": Language("Swedish", "sv"),
    "tha": Language("Thai", "th"),
    "tur": Language("Turkish", "tr"),
    "ukr": Language("Ukrainian", "uk"),
    "und": Language("Language not determined", ""),
    "vie": Language("Vietnamese", "vi"),
    "wel": Language("Welsh", "cy"),
}


def language(code: str) -> Language:
    """Return the language of a MARC code; a code that is not listed stands for itself."""
    return LANGUAGES.get(code.lower(), Language(code, ""))
