"""The layer between Telegram and the features: dispatch, context, guards, menus, buttons."""
