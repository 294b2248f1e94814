"""What is said where a provider's answers lack something, or are no answers at all; in Russian."""

from typing import Final

PROVIDERS: Final[dict[str, str]] = {
    # Jobs that tell too little
    "job_status_unnamed": "состояние не названо",
    "job_succeeded_untimed": "✅ <b>{name}</b> обучилась",
    "job_cancelled_untimed": "⏹ <b>{name}</b> остановлена",
    "refusal_no_words": "подробностей нет.",
    "refusal_unexplained": "Провайдер не назвал причины.",
    "job_nameless": "Имени модели провайдер ещё не назвал. Спрошу снова; как назовёт, испытаю её.",
    "job_never_named": (
        "⚠️ <b>{name}</b> обучилась, но имени модели провайдер так и не назвал.\n"
        "Найдите имя в его кабинете и включите модель: <code>/use имя_модели</code>"
    ),
    # Refusals that explain nothing, and answers that are none
    "error_region_refused": (
        "Провайдер не обслуживает страну, из которой к нему обращается бот. Администратору: "
        "поможет прокси (OPENAI_PROXY) или другой сервер (OPENAI_BASE_URL)."
    ),
    "error_provider_silent": (
        "Провайдер отказал и не объяснил почему ({message}). Попробуйте ещё раз чуть позже."
    ),
    "error_not_the_api": (
        "По адресу провайдера отвечают не так, как принято в API OpenAI ({message}). Попробуйте "
        "ещё раз, а если не пройдёт, проверьте OPENAI_BASE_URL и CHAT_BASE_URL."
    ),
    "refusal_region_refused": (
        "Провайдер не обслуживает страну, из которой к нему обращается бот. Задайте прокси "
        "(OPENAI_PROXY) или другой сервер (OPENAI_BASE_URL), перезапустите бота и повторите."
    ),
    "refusal_provider_silent": (
        "Провайдер отказал и не объяснил почему ({message}). Повторите чуть позже или загляните "
        "в его кабинет."
    ),
    "refusal_not_the_api": (
        "По адресу провайдера отвечают не так, как принято в API OpenAI ({message}). Проверьте "
        "OPENAI_BASE_URL (адреса есть в docs/providers.md), потом повторите."
    ),
}
