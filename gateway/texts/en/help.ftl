### Help.

help-menu =
    { $codes }
    { $rest ->
        [0] More: SMS HELP and the word
       *[more] { $rest } more: menu *111#. SMS HELP and the word
    }
help-forms = { $forms }
help-unknown_topic = There is no command "{ $topic }". All commands: *111#. Example: HELP TRANSFER
