### menu: the screens of a USSD dialog. Titles are also the words of the items that lead to them, so they are short.

menu-acting = Другой номер
menu-autopay = Автоплатёж
menu-bill = Счёт компании
menu-blacklist = Чёрный список
menu-block = Блокировка
menu-bonus = Бонусы
menu-bonus_gift = Подарок баллов
menu-cabinet = Личный кабинет
menu-child = Ребёнок
menu-child_consent = Согласие ребёнка
menu-family = Семья
menu-favourite = Любимые номера
menu-language = Язык
menu-language_1 = Русский
menu-language_2 = Latinica
menu-language_3 = Български
menu-language_4 = English
menu-linked = «Номера»
menu-locator = Локатор
menu-main = Меню
menu-main_7 = Перевод
menu-melody = Мелодия гудка
menu-money = Деньги
menu-numbers = Номера
menu-other = Другое
menu-payments = Пополнение
menu-permission = Чужой баланс
menu-pictures = Картинки
menu-promised = Обещанный платёж
menu-regular = Регулярный перевод
menu-services = Услуги
menu-social = Соцсети
menu-statement = Детализация
menu-subscriptions = Подписки
menu-tariff = Тариф
menu-trust = Доверие
menu-voicemail = Голосовая почта
menu-waiting = Ждут ответа

# Items whose codes have longer words: menu-<menu>_<digit>.
menu-money_1 = Баланс
menu-money_2 = Пакеты
menu-money_3 = Расходы
menu-payments_1 = Свой номер
menu-payments_2 = Другой номер
menu-payments_3 = Карта оплаты
menu-payments_4 = Карта для другого
menu-payments_5 = Попросить пополнить
menu-payments_6 = Попросить сумму
menu-regular_1 = Подключить
menu-regular_2 = Отменить
menu-promised_1 = Условия
menu-promised_2 = Взять
menu-promised_3 = История
menu-autopay_1 = Что включено
menu-autopay_2 = По порогу
menu-autopay_3 = Раз в месяц
menu-autopay_4 = Отключить
menu-statement_1 = За этот месяц
menu-statement_2 = За период
menu-statement_3 = Куда присылать
menu-bill_1 = К оплате
menu-bill_2 = Оплатить
menu-bill_3 = По графику
menu-bill_4 = Отменить график
menu-tariff_1 = Мой тариф
menu-tariff_3 = Сменить
menu-tariff_5 = Все тарифы
menu-tariff_8 = Совет
menu-services_1 = Мои услуги
menu-services_2 = Все услуги
menu-services_3 = Подключить
menu-services_4 = Отключить
menu-subscriptions_1 = Список
menu-subscriptions_2 = Отключить одну
menu-subscriptions_3 = Отключить все
menu-subscriptions_4 = Запретить новые
menu-subscriptions_5 = Разрешить новые
menu-linked_1 = Подключить
menu-linked_2 = Отключить
menu-linked_3 = Добавить номер
menu-linked_4 = Согласиться
menu-linked_5 = Отказаться
menu-linked_6 = Мои номера
menu-linked_7 = Действовать за
menu-linked_8 = Убрать номер
menu-other_1 = Перезвони мне
menu-other_2 = Отправить SMS
menu-other_7 = Журнал команд
menu-waiting_1 = Да, по коду
menu-waiting_2 = Нет, по коду
menu-waiting_3 = Отменить все

# Under a screen: `more` where it goes on, `back` in every menu but the first.
menu-more = 9 ещё
menu-back = 0 назад
menu-yes_no = 1 да 2 нет 0 назад
# What has to be typed, and an example of it.
menu-ask = Введите: { $part }. Пример: { $example }
menu-ask_free = Введите: { $part }
menu-wrong = Такого пункта нет
# Where the screen has no room for more.
menu-wrong_short = Не то
menu-empty = Выбирать не из чего: список пуст.
menu-resume =
    Прошлый раз прервался.
    1 продолжить
    2 сначала
menu-gone = Этот разговор уже закончен. Наберите *111#
