### Help.

help-menu =
    { $codes }
    Подробно: SMS ПОМОЩ и дума
help-forms = { $forms }
help-unknown_topic = Няма команда „{ $topic }“. Списък на командите: *111#. Пример: ПОМОЩ ПРЕВОД
