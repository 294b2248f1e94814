"""Special tokens: those of every common family, and nothing that only looks like one."""

import pytest

from bot.dataset.validation.language import special_tokens_in


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("<|endoftext|>", ["<|endoftext|>"]),
        ("<|fim_suffix|>, <|endofprompt|>", ["<|fim_suffix|>", "<|endofprompt|>"]),
        ("<|im_start|>user<|im_sep|>x<|im_end|>", ["<|im_start|>", "<|im_sep|>", "<|im_end|>"]),
        ("<|start_header_id|><|eot_id|>", ["<|start_header_id|>", "<|eot_id|>"]),
        ("<|reserved_special_token_0|>", ["<|reserved_special_token_0|>"]),
        ("[INST] <<SYS>>x<</SYS>> [/INST]", ["[INST]", "<<SYS>>", "<</SYS>>", "[/INST]"]),
        ("<｜begin▁of▁sentence｜><｜User｜>", ["<｜begin▁of▁sentence｜>", "<｜User｜>"]),
        ("<start_of_turn>user<end_of_turn>", ["<start_of_turn>", "<end_of_turn>"]),
        ("<fim_prefix> <bos> [gMASK]<sop>", ["<fim_prefix>", "<bos>", "[gMASK]", "<sop>"]),
        ("<s>вопрос", ["<s>"]),
        ("ответ</s>", ["</s>"]),
        ("<s>всё целиком</s>", ["<s>", "</s>"]),
        ("<s>a</s> и <s>b", ["<s>", "</s>"]),
        ("было <s>100</s>, стало 90", []),
        ("стало 90 вместо <s>100</s>", []),
        ("<b>a</b> <i> <strong> [ссылка] [1] <3 >_< |a|b| <| |>", []),
        ("a <|> b, x<|y|z", []),
        ("[inst] INST <eosin> <unknown>", []),
        ("обычный текст", []),
    ],
)
def test_special_tokens(text, tokens):
    assert special_tokens_in(text) == tokens
