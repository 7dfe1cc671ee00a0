"""What one page needs from several models, and how it says it: functions to frozen dataclasses."""
