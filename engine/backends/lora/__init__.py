"""The backend that trains LoRA adapters for real.

Nothing here imports torch: training and chats run in child processes (`worker`, `speaker`).
"""
