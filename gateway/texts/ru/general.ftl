### general: what any command may answer

# Everything that changes something is refused while a number is blocked.
general-debtor = Номер заблокирован, долг { MONEY($missing) }. Пополните: *115#, и он заработает.
general-blocked = Номер заблокирован. Снять: *111*157*2*номер*пароль# или звоните 0890.
general-busy = Сейчас много запросов, ваш не выполнен. Повторите через минуту.
general-did_you_mean = Вы имели в виду { $what }? Да: ДА { $code } или *111*97*{ $code }#. Нет: НЕТ { $code }
# A fault of ours; `reference` is what the help desk asks for.
general-fault = У нас сбой. Деньги не списаны. Повторите позже. Обращение { $reference }
# Done, but a fault of ours keeps us from saying what. `reference` is what the help desk asks for.
general-untold = Готово, но ответ показать не удалось. Баланс *100#. Обращение { $reference }
# To a number that somebody else acts for; `what` is as below.
general-done_by = С { PHONE($number) } за вас выполнена команда: { NAME($what) }
# `what` is the description of the command, from the code table.
general-later = Пока недоступно: { NAME($what) }. Все команды: *111#
# A long SMS some of whose parts never came.
general-incomplete =
    SMS пришла не вся: { $came } из { $total } { $total ->
        [one] части
       *[many] частей
    }. Она не выполнена, повторите.
general-unknown_subscriber = Ваш номер у нас не найден. Обратитесь в салон связи с паспортом.
