class OpenApiSpec extends Spec { def path = 1 }
