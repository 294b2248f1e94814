"""All expected errors, each with a text key and parameters.

For a leaf of `UserError` the person reads the sentence `error_<name>` of `bot/texts`, in their
language. Any other exception is a bug and gets an incident code. The list is longer than other
modules because readers look for all errors in one place.
"""

import re
from typing import ClassVar


class UserError(Exception):
    """Base of the errors that a person may read."""

    key: ClassVar[str] = ""
    closes: ClassVar[bool] = False
    """Whether the other buttons beside the one that was pressed do nothing any more either."""
    stays: ClassVar[bool] = False
    """Whether its sentence stays in the chat also after a press: something failed, or is copied."""
    said: str = ""
    """The provider's own words, for admins and the log; secrets are taken out. Empty: none."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Error")).lower()
        cls.key = f"error_{words}"

    def __init__(self, **params: object) -> None:
        super().__init__(self.key, params)
        self.params = params


class NotAllowed(UserError):
    """A person who is not an admin asked for something that only admins may do."""


class BadCommand(UserError):
    """The words after a command are wrong; `usage` shows the right form."""

    stays = True


class ButtonGone(UserError):
    """A button of an older version of the bot, or one that it never sent."""


class TooLate(UserError):
    """A button or a command that costs money came while the bot was away for long."""

    stays = True


class ScreenReplaced(UserError):
    """A button of a screen of which the chat has a newer one."""


class AnswerNotRated(UserError):
    """An answer to a person who may be in danger: nobody rates it, and nothing is learnt of it."""


class Incident(UserError):
    """An update failed at every try; `incident` is its code in the log."""

    stays = True


class AnswerGone(UserError):
    """An answer that was deleted, or was given to somebody else, can't be rated."""


class AnswerDecided(UserError):
    """Another admin has said what to do about a bad answer; `who`."""


class LineGone(UserError):
    """A line of a dataset was dropped or reworded since its button was shown."""


class NothingToEdit(UserError):
    """A change of a dataset's lines would change nothing, or leave no example."""


class BadValue(UserError):
    """A value out of its range; `name`, `value` and `allowed`."""


class ModelShutDown(UserError):
    """A base model that no longer exists; `model` and `day`."""


class TuningClosed(UserError):
    """A base model that no longer takes new jobs; `model` and `day`."""


class SuffixTooLong(UserError):
    """A suffix that is too long for the provider; `suffix`, `n` and `longest`, in characters."""


class SuffixForbidden(UserError):
    """A suffix with characters that the provider refuses; `suffix` and `forbidden`."""


class RunDatasetGone(UserError):
    """A run can't be repeated: its dataset was deleted; `run_id` and `number`."""


class DatasetMissing(UserError):
    """The dataset's file does not exist or can't be read; `path`."""


class DatasetInvalid(UserError):
    """The dataset has errors, so nothing is sent; `n_errors`."""


class PlanGone(UserError):
    """A plan that was dropped, expired, or is not ours; `run_id`."""

    closes = True


class PlanTaken(UserError):
    """A plan that was already confirmed; `run_id`."""

    closes = True


class RunDecided(UserError):
    """A run whose job got lost was found, started again or given up since; `run_id`."""

    closes = True


class DatasetChanged(UserError):
    """The dataset has changed since the plan was made; `run_id`."""


class DatasetInUse(UserError):
    """A version that is still needed can't be deleted; `number`."""


class DatasetGone(UserError):
    """A button names a version that was deleted or never existed."""


class MethodUnknown(UserError):
    """The catalogue does not say that the provider trains by that method; `method`, `host`."""


class MethodDiffers(UserError):
    """The dataset in use is for another method than the one asked for; `number`, `method`."""


class PartsDiffer(UserError):
    """The validation part is for another method than the training part; their numbers."""


class NothingToExport(UserError):
    """No rated answer fits into the exported file that was asked for."""


class ChatBroken(UserError):
    """An exported chat that can't be read to its end; `line`: where, counted from 1."""


class NoConversation(UserError):
    """An exported chat in which fewer than two people write."""


class ImportGone(UserError):
    """An exported chat about which was decided, or whose time is over."""


class NoSuchSpeaker(UserError):
    """Nobody of that name writes in an exported chat; `name` and `names`."""


class NoPairs(UserError):
    """The person `name` answers nobody in an exported chat."""


class CannotRepair(UserError):
    """The dataset has no errors that can be fixed automatically."""


class FileIsThere(UserError):
    """A file that is to be written is there already; `path`."""


class TooFewToSplit(UserError):
    """Too few different examples to split off a part; `n` and `least`."""


class FileTooBig(UserError):
    """A file too big for Telegram to deliver to bots; `megabytes` and `limit`."""


class TooBigToSend(UserError):
    """A file too big for Telegram to take from bots; `megabytes`, `limit` and `path`."""


class DownloadFailed(UserError):
    """Telegram did not deliver a file that was sent."""


class TooMuchWork(UserError):
    """Work on a file took more time or memory than allowed."""


class JobUnknown(UserError):
    """Neither we nor the provider know the job; `job_id`."""


class JobNotFollowed(UserError):
    """A job that the bot does not follow, so it may not change it; `job_id`."""


class EmptyAnswer(UserError):
    """The model's answer had no text."""

    stays = True


class NoRoomToAnswer(UserError):
    """The model's reasoning took all tokens of the answer; `limit`, in tokens. For admins."""

    stays = True


class AnswerFiltered(UserError):
    """The provider's content filter let no word of the answer through."""

    stays = True


class NotTheLastToContinue(UserError):
    """Only the conversation's last answer can be continued, and only if it was cut."""


class OtherModelServes(UserError):
    """Another model serves than the one that began the answer, so it is not continued."""


class TooLongToContinue(UserError):
    """A cut answer that is longer than the model can read."""


class NotTheLastAnswer(UserError):
    """Only the conversation's last answer can be replaced by another one."""


class NothingToRetry(UserError):
    """The conversation has no answer yet that could be replaced."""


class JobFinished(UserError):
    """A job that has ended can't be cancelled; `job_id`."""


class NotPaused(UserError):
    """Only a paused job can be resumed; `name`."""


class NotPausable(UserError):
    """A job that neither waits nor runs can't be paused; `name`."""


class JobHasBegun(UserError):
    """A job that already trains is not created again; `name`."""


class NothingActive(UserError):
    """No job is running now."""


class WhichJob(UserError):
    """Several jobs run: the command must name one; `job_ids`."""


class NoModel(UserError):
    """No model serves chats yet."""


class ModelUnknown(UserError):
    """The server does not know the model; `model`."""

    stays = True


class ModelGone(UserError):
    """The serving model no longer exists, nor does any other that could serve; `model`."""

    stays = True


class ModelListGone(UserError):
    """A button names a model that is no longer stored."""


class ModelRetired(UserError):
    """A button selects a model that was removed from the list; `model` and `name`."""


class ModelServes(UserError):
    """The model that answers can't be removed from the list; `model`."""


class ModelNotListed(UserError):
    """No model on the list has this name; `model`."""


class ModelAmbiguous(UserError):
    """Several models have this name; `model`, and their `numbers`."""


class ComparedModelsEqual(UserError):
    """A model was to be compared with itself."""


class ComparedModelRetired(UserError):
    """A model that was removed from the list can't be compared; `model`."""


class ComparedModelUnfit(UserError):
    """The verdict on a model is not to use it, so testers do not get its answers; `model`."""


class ComparisonGone(UserError):
    """A button names a comparison that is not stored."""


class ComparisonOver(UserError):
    """The comparison has ended, and its result is final."""


class VoteStands(UserError):
    """The conversation has gone on, so the vote can't be changed."""


class TrialGone(UserError):
    """A button names a trial that is not stored."""


class DailyLimitReached(UserError):
    """A tester reached the daily limit; `limit`, and the `zone` whose midnight resets it."""


class DailyBudgetSpent(UserError):
    """All answers of today have cost what they may; `zone`: whose midnight begins a new day."""


class DailyBudgetReached(UserError):
    """The same for an admin, who reads `spent` and `budget`, in USD."""


class PersonFixed(UserError):
    """A person whom only the settings can remove; `name`."""


class PersonUnknown(UserError):
    """A button names a person whom the bot does not know."""


class TooManyInvitations(UserError):
    """There are too many open invitations to make another one; `limit`."""


class ProviderError(UserError):
    """Base of errors at the provider or on the way there."""

    stays = True


class ProviderUnreachable(ProviderError):
    """The connection failed, so no request was sent."""


class ProviderUncertain(ProviderError):
    """A request was sent and no clear answer came: it may have been carried out."""


class ProviderFailed(ProviderUncertain):
    """The server answered, but with an error of its own or with something else; `message`.

    The message is the HTTP status and the server's words, as in "500: Oops" or "502 Bad Gateway".
    """


class ProviderBusy(ProviderError):
    """The provider asks to slow down (429); nothing was done."""


class KeyRefused(ProviderError):
    """The provider does not accept the key, or the key may not do this; `message`."""


class RegionRefused(KeyRefused):
    """The provider does not serve the country that our requests come from; `message`."""


class QuotaExceeded(ProviderError):
    """The account has no money or quota left."""


class TrainingNotAvailable(ProviderError):
    """The organisation may not start fine-tuning jobs any more."""


class TrainingBusy(ProviderError):
    """The provider trains one model at a time, and one is training; nothing was started."""


class SuffixRefused(ProviderError):
    """The provider does not take the suffix of the model's name; `suffix` and `message`."""


class PauseUnsupported(ProviderError):
    """The provider can't pause or resume jobs."""


class PauseRefused(ProviderError):
    """The provider refused to pause or resume the job; `message`."""


class ProviderRefused(ProviderError):
    """The provider refused the request; `code`, `message` and the HTTP `status`."""


class ProviderSilent(ProviderRefused):
    """It refused without a reason; `message` is the HTTP status, as in "400 Bad Request"."""


class QuestionRefused(ProviderRefused):
    """The provider's filter refused the words of the question."""


class NotTheApi(ProviderRefused):
    """The server does not have OpenAI's API, or not that part of it; `message` as above."""


class ContextTooLong(ProviderError):
    """The conversation is longer than the model can read."""


class CannotStart(Exception):
    """Base of errors that prevent the start; the operator reads them.

    The exit code is 2, or 75 where `run` may succeed later: see `bot/cli.py`.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class SettingsError(CannotStart):
    """Settings are wrong or missing: one line each, without values of secrets."""


class DatabaseTooNew(CannotStart):
    """The database was written by a newer version of the bot."""


class DatabaseUnusable(CannotStart):
    """The database can't be opened, or another process uses it."""


class BackupUnusable(CannotStart):
    """A backup can't be written, or a file is no backup of this bot."""


class FeaturesDisagree(CannotStart):
    """Two features claim one name, or a name has no handler or text: one line each."""
