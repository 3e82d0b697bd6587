### Answers to what waits.

confirm-declined = Вие отказахте. Нищо не е променено.
confirm-declined_by = Абонатът { PHONE($number) } отказа да даде съгласие.
confirm-refused_now = Съгласието е прието, но молбата на { PHONE($number) } сега не може да се изпълни. Нищо не е променено.
confirm-cancelled =
    { $count ->
        [one] Отменена е { $count } заявка, която чакаше отговор.
       *[other] Отменени са { $count } заявки, които чакаха отговор.
    }
confirm-nothing_to_cancel = Няма какво да се отмени: нищо не чака отговор.
confirm-expired = Времето за отговор на молбата на { PHONE($number) } изтече. Нищо не е променено.
confirm-expired_by = Абонатът { PHONE($number) } не отговори навреме. Може да помолите отново.

confirm-nothing_pending = Въпросът вече не чака отговор. Опитайте пак с кода. Списък: *111#
confirm-wrong_code =
    { $left ->
        [one] Кодът е грешен. Остава { $left } опит. Пример: КОД 1234
       *[other] Кодът е грешен. Остават { $left } опита. Пример: КОД 1234
    }
confirm-codes_locked = Твърде много грешни кодове. Може пак от { DATETIME($until) }
confirm-several_pending = Отговор чакат няколко въпроса ({ $count }). Добавете кода: ДА 1234 или *111*97*1234#. Отказ от всички: *111*98#
