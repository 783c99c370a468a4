enum RabbitMQTestsPlaceholder {}
