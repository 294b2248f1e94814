"""What buttons change about a plan, in Russian."""

from typing import Final

PLANS: Final[dict[str, str]] = {
    "plan_active": "Сейчас уже обучается: {jobs}",
    "choose_model": (
        "<b>План №{run_id}: какую модель обучать?</b>\n"
        "Чем сильнее модель, тем лучше она поймёт Наташу и тем дороже обучение и ответы."
    ),
    "choose_epochs": (
        "<b>План №{run_id}: сколько эпох?</b>\n"
        "Эпоха — один проход по всему датасету. Больше — точнее голос и выше цена; слишком много — "
        "модель зазубрит ответы."
    ),
    "choose_multiplier": (
        "<b>План №{run_id}: какой множитель скорости обучения?</b>\n"
        "Меньше — осторожнее и ровнее, больше — сильнее меняется модель."
    ),
    "choose_suffix": (
        "<b>План №{run_id}: как назвать модель?</b>\nСвоё имя задаст <code>/train suffix=имя</code>"
    ),
    "button_preset_quick": "Быстро",
    "button_preset_production": "Продакшн",
    "button_preset_premium": "Максимум",
    "button_part_model": "Модель",
    "button_part_epochs": "Эпохи",
    "button_part_multiplier": "Множитель",
    "button_part_suffix": "Имя",
    "button_plan_unvalidated": "Без проверочной части",
    "button_plan_validated": "С проверочной частью",
    "button_plan_back": "Назад к плану",
}
