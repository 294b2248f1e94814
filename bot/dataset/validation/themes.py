"""What people come to a coach with: a theme for each example, by its words or by people's notes.

The beginnings of words count, those of the question double. Good enough to see what a dataset is
about and what it lacks, too coarse to sort examples by; a test says how often it is right about
the shipped file.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.errors import DatasetMissing
from bot.gateways.dataset_file import open_dataset

_WORDS: Final[dict[str, str]] = {
    "growth": """
        дух* душа души душу душой медит* осозн* смысл* вера веру веры верой верю верить верующ*
        бог бога богу богом боже господ* молит* молюсь молил* молчани* церк* храм* исповед*
        икон* батюшк* монастыр* йог* випасс* ретрит* практик* интуиц* энерги* чакр* гуру эго
        просветл* саморазв* развити* предназнач* призвани* благодар* тишин* мантр* ангел*
        аффирм* психолог* терапи* расстановк* шаман* тренинг* марафон* гордын* прощен* счасть*
        счастлив* пустот* стих* творч* рост расти собой
        soul* spirit* medita* meaning faith god pray* church* yoga retreat* intuit* enlighten*
        mindful* awaken* growth purpose universe chakra* calling
    """,
    "relationships": """
        муж мужа мужу мужем мужчин* жена жены жене жену женой жених* женат* замуж* брак* развод*
        развел* развест* развожусь отношени* любов* любл* любит* любим* влюб* ревн* измен*
        свекр* теща тещи тещей невест* дочь дочк* дочер* сын сына сыну сыном мама мамы маме маму
        мамой мать матер* папа папы папе отец отца отцу отцом брат брата брату сестр* семья
        семьи семье семью свадьб* подруг* парень парн* свидан* ссор* бывш* роман дети детей
        внук* внуч* родител* супру* целу* обнима* обним* расста* встреча* встретил* переписыва*
        друг друзь* девушк* съехат* храп* ребенок ребенк* знакомств*
        husband* wife marri* divorc* relationship* love loved jealous* cheat* mother father
        daughter* son sons family friend* girlfriend boyfriend wedding dating partner*
    """,
    "business": """
        бизнес* деньг* деньгам* денег зарплат* зарабат* прибыл* клиент* заказ* цена цены цену
        ценник* прода* покупател* магазин* работа* начальн* увол* кредит* стартап* инвест*
        фриланс* карьер* повыс* должност* директор* коллег* выручк* конкурент* рубл* тысяч*
        миллион* доход* проект* контракт* отдел отдела завод завода предприн* компани* офис*
        банкрот* оборот* аренд* налог* бухгалт* реклам* поставщ* сотрудн* подчинен* юрист*
        ипотек* плата платить платят тимлид* нанима* нанят* делегир* совещан* собеседован*
        мастерск* счет прайс*
        business* money salary profit* client* customer* price* sales sell* shop boss* fired
        loan* debt* mortgage tax* startup* invest* career* freelanc* promot* income company
        colleague* employ* job
    """,
    "past_lives": """
        воплощен* реинкарн* регресс* карма кармы карму карме кармич* ведьм* жриц* инквиз*
        перерожд* прабаб* прадед* гадал* роду родовой родовое родовые предки предков астролог*
        средневек* египет* египт* костер костра костре рыцар* дежавю века веке веков наполеон*
        сны снится приснил* сон генеалог* родимое гипнолог* обет театр* музе* роль
        reincarn* karma* witch* regression* ancestor* tarot incarnation*
    """,
    "hard_moment": """
        112 психиатр* скорую психотерап* антидепресс* депресс* паник* панич* суицид* самоуб*
        покончи* повес* таблет* режу порез* бьет бил ударил* избил* душил* насил* похорон* умер
        умерла умереть умирать погиб* выкидыш* диагноз* онколог* рак хоспис* горяч* доверия
        убежищ* кризис* полици* опасн* кладбищ* врач врача врачу
        suicid* kill* panic* depress* violen* beats abuse* funeral* died cancer diagnos*
        hospice* crisis emergency hotline* grief
    """,
}
"""Words by theme; a star means all words that begin like this."""

# Everybody has a family and a job: the rarer a theme's words are, the more they say.
_WEIGHTS: Final = {
    "growth": 3,
    "relationships": 2,
    "business": 3,
    "past_lives": 5,
    "hard_moment": 4,
}

# Words that say little one by one; a text without the first word has none of the phrases.
_PHRASES: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    ("past_lives", "жизн", re.compile(r"(?:прошл\w*|другой|той|следующ\w*) жизн")),
    ("past_lives", " li", re.compile(r"(?:past|previous) li(?:fe|ves)")),
    ("hard_moment", "жить", re.compile(r"не хо\w+ жить|жить не")),
    ("hard_moment", "доверия", re.compile(r"телефон\w* доверия")),
    ("hard_moment", " врач", re.compile(r"не врач")),
    ("hard_moment", "my", re.compile(r"kill myself|end my life")),
)
_WEIGHT_OF_PHRASE: Final = 10
_FIRST_WORDS: Final = 60
_OUTER_WORDS: Final = 30
"""Of an answer, from either end: help in a hard moment is named last."""
_MOST_KNOWN: Final = 50_000

_MOST_BYTES: Final = 10_000_000
_MOST_THEMES: Final = 100
_LONGEST: Final = 100
"""Characters; a longer text is no name of a theme."""


def theme_of(question: Sequence[str], answer: Sequence[str]) -> str:
    """The theme that these words speak of most; "" where none does."""
    scores = dict.fromkeys(_WEIGHTS, 0)
    question = question[:_FIRST_WORDS]
    if len(answer) > 2 * _OUTER_WORDS:
        answer = [*answer[:_OUTER_WORDS], *answer[-_OUTER_WORDS:]]
    for words, importance in ((question, 2), (answer, 1)):
        for theme in filter(None, map(_known, words)):
            scores[theme] += _WEIGHTS[theme] * importance
    text = f"{' '.join(question)} {' '.join(answer)}"
    for theme, sign, phrase in _PHRASES:
        if sign in text:
            scores[theme] += len(phrase.findall(text)) * _WEIGHT_OF_PHRASE
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] else ""


class _KnownWords(dict[str, str]):
    """Words and their themes: a dataset has few different words, said again and again."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        theme = self[word] = _theme_of_word(word)
        return theme


_known: Final = _KnownWords().__getitem__


def _theme_of_word(word: str) -> str:
    for stem, theme in _STEMS.get(word[:_START], ()):
        if word.startswith(stem):
            return theme
    return _WHOLE.get(word, "")


_THEMES: Final = {word: theme for theme, words in _WORDS.items() for word in words.split()}
_WHOLE: Final = {word: theme for word, theme in _THEMES.items() if not word.endswith("*")}
_START: Final = 3
_STEMS: Final[defaultdict[str, list[tuple[str, str]]]] = defaultdict(list)
for _stem in sorted(_THEMES, key=len, reverse=True):
    if _stem.endswith("*"):
        _STEMS[_stem[:_START]].append((_stem[:-1], _THEMES[_stem]))


def noted_themes(path: Path, n_examples: int) -> Mapping[str, int]:
    """Examples by the theme that people noted in NAME.notes.csv beside NAME.jsonl.

    The most frequent first; empty without sound notes. Notes that are not about exactly the lines
    1 to *n_examples* were made for another file.
    Never raises: what is wrong with notes does not concern the dataset.
    """
    try:
        rows = _rows(path.with_suffix(".notes.csv"))
        themes = {int(row["line"]): row["theme"].strip() for row in rows}
    except (DatasetMissing, ValueError, KeyError, TypeError, AttributeError, csv.Error):
        return {}
    if len(rows) != n_examples or themes.keys() != set(range(1, n_examples + 1)):
        return {}
    counts = Counter(themes.values())
    if len(counts) > _MOST_THEMES or not all(0 < len(theme) <= _LONGEST for theme in counts):
        return {}
    return dict(counts.most_common())


def _rows(path: Path) -> list[dict[str, str]]:
    with open_dataset(path) as file:
        data = file.read(_MOST_BYTES + 1)
    text = data.decode() if len(data) <= _MOST_BYTES else ""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
