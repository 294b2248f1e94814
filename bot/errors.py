"""Everything that a person may be told went wrong, as a text key with parameters.

`UserError` leaves are expected: the person reads the sentence `error_<name>` of `bot/texts` in
their language. Anything else that is raised is a bug or a surprise and gets an incident code.
"""

import re
from typing import ClassVar


class UserError(Exception):
    """Base of what may be said to a person."""

    key: ClassVar[str] = ""
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
    """Somebody asked for what only admins may do."""


class BadCommand(UserError):
    """Words after a command that make no sense; `usage` says how it goes."""


class ButtonGone(UserError):
    """A button of an older version of the bot, or of nobody's."""


class AnswerGone(UserError):
    """An answer that was deleted, or was given to somebody else, can't be rated."""


class BadValue(UserError):
    """A value out of its range; `name`, `value` and `allowed` say which."""


class ModelShutDown(UserError):
    """A base model that no longer exists; `model` and `day`."""


class TuningClosed(UserError):
    """A base model that takes no new jobs any more; `model` and `day`."""


class SuffixTooLong(UserError):
    """A name of more characters than the provider takes; `suffix`, `n` and `longest`."""


class SuffixForbidden(UserError):
    """A name with characters that the provider does not take; `suffix` and `forbidden`."""


class RunDatasetGone(UserError):
    """A run can't be repeated, its version was deleted; `run_id` and `number`."""


class DatasetMissing(UserError):
    """The dataset's file is not there; `path`."""


class DatasetInvalid(UserError):
    """The dataset has errors, so nothing is sent; `n_errors`."""


class PlanGone(UserError):
    """A plan that was dropped, expired, or is not ours; `run_id`."""


class PlanTaken(UserError):
    """A plan that was already confirmed; `run_id`."""


class DatasetChanged(UserError):
    """The dataset is not the one that the plan was made for; `run_id`."""


class DatasetInUse(UserError):
    """A version that something still needs can't be deleted; `number`."""


class DatasetGone(UserError):
    """A button names a version that was deleted, or is nobody's."""


class MethodUnknown(UserError):
    """The provider is not known to train by that method; `method`, `host`."""


class MethodDiffers(UserError):
    """A plan was asked for by another method than the dataset in use is for; `number`, `method`."""


class PartsDiffer(UserError):
    """What a model is measured by is for another method than what it is trained on; numbers."""


class NothingToExport(UserError):
    """Nothing that testers rated can go into the file that was asked for."""


class CannotRepair(UserError):
    """Nothing in the dataset can be mended safely by itself."""


class TooFewToSplit(UserError):
    """Too few different examples to put some aside; `n` and `least`."""


class FileTooBig(UserError):
    """A file over what Telegram hands to bots; `megabytes` and `limit`."""


class TooBigToSend(UserError):
    """A file over what Telegram takes from bots; `megabytes`, `limit` and `path`."""


class DownloadFailed(UserError):
    """Telegram did not hand over a file that was sent."""


class TooMuchWork(UserError):
    """Work on a file that took more time or memory than it may."""


class JobUnknown(UserError):
    """Neither we nor the provider know the job; `job_id`."""


class JobNotFollowed(UserError):
    """A job that is not ours to touch: nobody named it to /monitor; `job_id`."""


class EmptyAnswer(UserError):
    """The model's answer had no text."""


class NotTheLastAnswer(UserError):
    """Another answer was asked for in the place of one that is not the conversation's last."""


class NothingToRetry(UserError):
    """Another answer was asked for, and the conversation has none yet."""


class JobFinished(UserError):
    """A job that has ended can't be cancelled; `job_id`."""


class NotPaused(UserError):
    """Only a job that is paused can go on; `name`."""


class NotPausable(UserError):
    """A job that neither waits nor runs can't be paused; `name`."""


class JobHasBegun(UserError):
    """A job that trains already is not created again; `name`."""


class NothingActive(UserError):
    """No job is running now."""


class WhichJob(UserError):
    """Several jobs run: the command must name one; `job_ids`."""


class NoModel(UserError):
    """No model serves chats yet."""


class ModelUnknown(UserError):
    """The server does not know the model; `model`."""


class ModelGone(UserError):
    """The serving model is gone, and so is every other one that might serve; `model`."""


class ModelListGone(UserError):
    """A button names a model that is no longer stored."""


class ModelRetired(UserError):
    """A button puts a model to use that was taken off the list; `model` and `name`."""


class ModelServes(UserError):
    """The model that answers can't be taken off the list; `model`."""


class ModelNotListed(UserError):
    """No model on the list is called so; `model`."""


class ModelAmbiguous(UserError):
    """Several models are called so; `model`, and their `numbers`."""


class ComparedModelsEqual(UserError):
    """A model was to be compared with itself."""


class ComparedModelRetired(UserError):
    """A model that was taken off the list can't be compared; `model`."""


class ComparisonGone(UserError):
    """A button names a comparison that is not stored."""


class ComparisonOver(UserError):
    """The comparison is over, and its result stands."""


class VoteStands(UserError):
    """The conversation has gone on, so the vote can't be changed."""


class TrialGone(UserError):
    """A button names a trial that is not stored."""


class DailyLimitReached(UserError):
    """A tester wrote as much as they may in a day; `limit`, and `zone`, whose midnight ends it."""


class PersonFixed(UserError):
    """Somebody whom only the settings can remove; `name`."""


class PersonUnknown(UserError):
    """A button names a person of whom nothing is known."""


class TooManyInvitations(UserError):
    """So many invitations are open that another one is not made; `limit`."""


class TextOnly(UserError):
    """Something that is not text was sent to the chat."""


class ProviderError(UserError):
    """Base of what goes wrong at the provider."""


class ProviderUnreachable(ProviderError):
    """No connection could be made, so nothing was asked for."""


class ProviderUncertain(ProviderError):
    """A request was sent and no clear answer came: it may have been carried out."""


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
    """The provider trains one model at a time and is at it; nothing was started."""


class SuffixRefused(ProviderError):
    """The provider does not take the suffix of the model's name; `suffix` and `message`."""


class PauseUnsupported(ProviderError):
    """The provider can neither pause jobs nor let them go on."""


class PauseRefused(ProviderError):
    """The provider did not pause the job, or did not let it go on; `message`."""


class ProviderRefused(ProviderError):
    """The provider understood and said no; `code` and `message`."""


class ProviderSilent(ProviderRefused):
    """It said no, and not why; `message` is the HTTP status, as in "400 Bad Request"."""


class NotTheApi(ProviderRefused):
    """What answers at the address is not OpenAI's API, or lacks that part; `message` as above."""


class ContextTooLong(ProviderError):
    """The conversation is longer than the model can read."""


class CannotStart(Exception):
    """Base of what keeps the program from starting; told to the operator, exit code 2."""


class SettingsError(CannotStart):
    """Settings are wrong or missing: one line each, none with a secret's value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DatabaseTooNew(CannotStart):
    """The database was written by a newer version of the bot."""


class DatabaseUnusable(CannotStart):
    """The database can't be opened, or another bot holds it."""


class FeaturesDisagree(CannotStart):
    """Two features claim one name, or a name lacks its other half: one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
