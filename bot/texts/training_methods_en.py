"""How a run trains, in English: by answers to repeat, or by pairs of answers (DPO)."""

from typing import Final

METHODS: Final[dict[str, str]] = {
    "dataset_kind_dpo": (
        "Kind: pairs of answers, for DPO. Tokens are of both answers together, an estimate."
    ),
    "versions_kind_dpo": "{verdict} · DPO",
    "plan_method_dpo": "Method: DPO (on pairs of answers)",
    "plan_price_unknown_dpo": "Price: unknown, the catalogue has none for DPO",
    "error_method_unknown": (
        "This dataset holds pairs of answers, for the method {method}, and your provider ({host}) "
        "is not known to train like that, so there is no plan. Choose a usual dataset in "
        "/datasets; OpenAI, Azure, and the engine on this machine train on pairs."
    ),
    "error_method_differs": (
        "Version {number} is in use, and it is for the method {method}: the dataset decides. "
        "Choose another one in /datasets."
    ),
    "error_parts_differ": (
        "Version {validation} holds another kind of examples than version {training}: one is for "
        "supervised training, the other for DPO. A model can only be measured by the kind that it "
        "is trained on."
    ),
}
