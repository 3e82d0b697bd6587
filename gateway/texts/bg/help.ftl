### Help.

help-menu =
    { $codes }
    { $rest ->
        [0] Подробно: SMS ПОМОЩ и дума
       *[more] Още { $rest }: меню *111#. SMS ПОМОЩ и дума
    }
help-forms = { $forms }
help-unknown_topic = Няма команда „{ $topic }“. Списък на командите: *111#. Пример: ПОМОЩ ПРЕВОД
