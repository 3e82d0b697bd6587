### Help.

help-menu =
    { $codes }
    More: SMS HELP and the word
help-forms = { $forms }
help-unknown_topic = There is no command "{ $topic }". All commands: *111#. Example: HELP TRANSFER
