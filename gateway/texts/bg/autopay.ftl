### Automatic top-ups.

autopay-none = Автоплащане няма. Включване: *111*114*1*праг*сума#, например *111*114*1*100*300#, или на ден от месеца *111*114*3*ден*сума#
autopay-show = { $kind ->
        [below] Автоплащане: { MONEY($amount) }, когато има под { MONEY($threshold) }.
       *[monthly] Автоплащане: { MONEY($amount) } всеки месец на дата { $day }.
    } { $last ->
        [0] Още няма плащания.
       *[some] Последно { DATE($last_at) }.
    } Спиране: *111*114*2#
autopay-ask = { $kind ->
        [below] Да зареждаме ли { MONEY($amount) } от картата, когато има под { MONEY($threshold) }?
       *[monthly] Да зареждаме ли { MONEY($amount) } от картата всеки месец на дата { $day }?
    } { $instead ->
        [yes] Вместо досегашното.
       *[no] Без такса.
    } ДА { $code } или *111*97*{ $code }#
autopay-set = { $kind ->
        [below] Автоплащането е включено: { MONEY($amount) }, когато има под { MONEY($threshold) }.
       *[monthly] Автоплащането е включено: { MONEY($amount) } всеки месец на дата { $day }.
    } Спиране: *111*114*2#
autopay-off = Автоплащането е спряно. Включване: *111*114*1*праг*сума#
autopay-paid = Автоплащане { MONEY($amount) }, в сметката { MONEY($balance) }. Спиране: *111*114*2#

autopay-threshold_limits = Праг: от { MONEY($min) } до { MONEY($max) }, например: *111*114*1*100*300#
autopay-sum_limits = Сума: от { MONEY($min) } до { MONEY($max) }, например: *111*114*1*100*300#
autopay-not_payer = За номера ви плаща { PHONE($number) }. Автоплащането се включва от него.
autopay-not_on = Автоплащане и така няма. Включване: *111*114*1*праг*сума#
autopay-day_limit = Автоплащането { MONEY($amount) } не е направено: за ден може { MONEY($max) }. Зареждане: *115*сума#
autopay-no_card = Автоплащането { MONEY($amount) } не мина: няма карта. Спиране: *111*114*2#
autopay-card_expired = Автоплащането { MONEY($amount) } не мина: изтекла карта. Спиране: *111*114*2#
autopay-declined = Автоплащането { MONEY($amount) } не мина: банката отказа. Зареждане: *115*сума#
autopay-limit = Автоплащането { MONEY($amount) } е над лимита на картата: *111*114*1*праг*сума#
autopay-no_answer = Автоплащането { MONEY($amount) } не мина: банката не отговори. Зареждане: *115*сума#
