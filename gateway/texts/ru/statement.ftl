### The detailed statement.

statement-title = Детализация счёта
statement-mail = Во вложении детализация счёта по вашему запросу.
statement-column_when = Когда
statement-column_what = Что
statement-column_other = Номер
statement-column_quantity = Сколько
statement-column_cost = Стоимость
statement-total = Всего
statement-rest = Остальные записи, всего

statement-show = { DATE($since) }-{ DATE($until) }: звонки { $minutes } мин { MONEY($calls) }, SMS { $messages } шт { MONEY($texting) }, интернет { $megabytes } МБ { MONEY($data) }, услуги и платежи { MONEY($paid) }. Всего { MONEY($total) }
statement-sent = Детализация { DATE($since) }-{ DATE($until) }, строк: { $rows }, шлём на { $email }
statement-deliver = { $where ->
        [sms] Детализация будет приходить кратко по SMS. Заказать: *111*551#
        [nowhere] Детализация будет приходить файлом { $form } на почту. Укажите адрес: SMS ДЕТАЛИЗАЦИЯ 010326 100326 адрес
       *[mail] Детализация будет приходить файлом { $form } на { $email }
    }

statement-future = Период не начался. Сегодня { DATE($today) }. ДЕТАЛИЗАЦИЯ 010326 310326
statement-too_old = Детализация есть не больше чем за { $months } мес., с { DATE($oldest) }. Более ранняя - в салоне с паспортом.
statement-no_usage = С { DATE($since) } по { DATE($until) } ничего не было. Другой период: *111*551*7*с*по#, например *111*551*7*010326*100326#
statement-no_email = Нет адреса почты. SMS: ДЕТАЛИЗАЦИЯ 010326 100326 anna@example.com
statement-address_refused = Почта { $email } не принимает письма. Проверьте адрес: ДЕТАЛИЗАЦИЯ 010326 100326 адрес
statement-mail_refused = Письмо на { $email } не принято. По SMS: *111*551*3*1#
statement-no_answer = Письмо на { $email } не ушло. По SMS: *111*551*3*1#
